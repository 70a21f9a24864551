"""Addresses of the calculator."""

from django.urls import path

from costcalc.scenarios import views

app_name = "scenarios"
urlpatterns = [
    path("", views.calculator, name="calculator"),
    path("elsewhere/", views.traffic_elsewhere, name="elsewhere"),
    path("models/", views.models, name="models"),
]
