"""Addresses of plans."""

from django.urls import include, path

from migrations_app import canary_views, figure_views, safety_views, views

app_name = "planner"

of_one = [
    path("", views.plan, name="plan"),
    path("commands/", views.command, name="command"),
    path("figures/", figure_views.figures, name="figures"),
    path("limits/", figure_views.limits, name="limits"),
    path("stages/", canary_views.stages, name="stages"),
    path("way-back/", safety_views.way_back, name="way-back"),
    path("way-back/test/", safety_views.test, name="way-back-test"),
]

urlpatterns = [
    path("", views.plans, name="plans"),
    path("new/", views.new, name="new"),
    path("<str:plan_id>/", include(of_one)),
]
