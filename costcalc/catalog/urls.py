"""Addresses of the prices."""

from django.urls import path

from costcalc.catalog import views

app_name = "catalog"
urlpatterns = [
    path("", views.prices, name="prices"),
    path("<str:provider>/", views.provider, name="provider"),
    path("<str:provider>/<path:model_id>/", views.model, name="model"),
]
