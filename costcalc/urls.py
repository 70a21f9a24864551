"""Every address of the product, but those that `asgi.py` answers before Django."""

from django.urls import include, path

from costcalc.api import api
from costcalc.wire.views import readyz

urlpatterns = [
    path("", include("costcalc.scenarios.urls")),
    path("prices/", include("costcalc.catalog.urls")),
    path("preferences/", include("costcalc.accounts.urls")),
    path("api/v1/", api.urls),
    path("readyz", readyz),
]
