"""Every address of the product, but those that `asgi.py` answers before Django."""

from django.urls import include, path

from costcalc.api import api
from costcalc.catalog.urls import exchange_rates, own_prices
from costcalc.wire.views import readyz
from migrations_app.urls import calendars, digests, own_calendar, webhooks

urlpatterns = [
    path("", include("costcalc.scenarios.urls")),
    path("prices/", include("costcalc.catalog.urls")),
    path("w/<str:workspace>/prices/", include(own_prices)),
    path("w/<str:workspace>/rates/", include(exchange_rates)),
    path("w/<str:workspace>/webhooks/", include(webhooks)),
    path("calendar/", include(calendars)),
    path("me/calendar/", include(own_calendar)),
    path("stream/", include("costcalc.streaming.urls")),
    path("plans/", include("migrations_app.urls")),
    path("me/digest/", include(digests)),
    path("", include("costcalc.accounts.urls")),
    path("accounts/", include("costcalc.accounts.entrance_urls")),
    path("api/v1/", api.urls),
    path("readyz", readyz),
]

handler400 = "costcalc.wire.views.bad_request"
handler403 = "costcalc.wire.views.forbidden"
handler404 = "costcalc.wire.views.not_found"
handler429 = "costcalc.wire.views.too_many"
handler500 = "costcalc.wire.views.broken"
