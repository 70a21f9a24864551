"""Addresses of the stream lab; what streams is answered before Django (`costcalc.asgi`)."""

from django.urls import path

from costcalc.streaming import measured_views, views
from costcalc.streaming.adviser import views as adviser_views
from costcalc.streaming.comparison import views as comparison_views
from costcalc.streaming.doctor import live_views
from costcalc.streaming.doctor import views as doctor_views
from costcalc.streaming.faults.views import faults
from costcalc.streaming.snippets import views as snippets_views

app_name = "stream"

urlpatterns = [
    path("", views.lab, name="lab"),
    path("faults/", faults, name="faults"),
    path("adviser/", adviser_views.adviser, name="adviser"),
    path("measurements/", measured_views.measurements, name="measurements"),
    path("measurements/delete/", measured_views.delete_all, name="delete_all"),
    path("measurements/<str:measurement>/delete/", measured_views.delete, name="delete"),
    path("measurements.<str:extension>", measured_views.as_file, name="file"),
    path("comparison/", comparison_views.comparison, name="comparison"),
    path("doctor/", doctor_views.doctor, name="doctor"),
    path("doctor/endpoint/", live_views.endpoint, name="doctor_endpoint"),
    path("doctor/key/", live_views.key, name="doctor_key"),
    path("snippets/", snippets_views.snippets, name="snippets"),
]
