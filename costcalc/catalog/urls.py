"""Addresses of the prices."""

from django.urls import path

from costcalc.catalog import own_views, rate_views, views

app_name = "catalog"
urlpatterns = [
    path("", views.prices, name="prices"),
    path("<str:provider>/", views.provider, name="provider"),
    path("<str:provider>/<path:model_id>/", views.model, name="model"),
    path("<str:provider>/<path:model_id>/history.<str:kind>", views.history_picture, name="history"),
]
# Under `/w/<workspace>/rates/`.
exchange_rates = ([path("", rate_views.rates, name="rates")], "exchange_rates")
# Under `/w/<workspace>/prices/`.
own_prices = (
    [
        path("", own_views.prices, name="prices"),
        path("new/", own_views.new, name="new"),
        path("prices.csv", own_views.as_csv, name="csv"),
        path("import/", own_views.from_csv, name="import"),
        path("<str:price>/", own_views.price, name="price"),
        path("<str:price>/change/", own_views.change, name="change"),
        path("<str:price>/archive/", own_views.archive, name="archive"),
    ],
    "own_prices",
)
