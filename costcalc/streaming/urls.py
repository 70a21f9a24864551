"""Addresses of the stream lab; what streams is answered before Django (`costcalc.asgi`)."""

from django.urls import path

from costcalc.streaming import views

app_name = "stream"

urlpatterns = [
    path("", views.lab, name="lab"),
]
