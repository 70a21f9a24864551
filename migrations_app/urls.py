"""Addresses of plans."""

from django.urls import include, path

from migrations_app import views

app_name = "planner"

of_one = [
    path("", views.plan, name="plan"),
    path("commands/", views.command, name="command"),
]

urlpatterns = [
    path("", views.plans, name="plans"),
    path("new/", views.new, name="new"),
    path("<str:plan_id>/", include(of_one)),
]
