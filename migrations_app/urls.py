"""Addresses of plans."""

from django.urls import include, path

from migrations_app import step_views, views

app_name = "planner"

of_one = [
    path("", views.plan, name="plan"),
    path("commands/", views.command, name="command"),
    path("steps/", step_views.steps, name="steps"),
    path("steps/commands/", step_views.command, name="step_command"),
    path("steps/new/", step_views.add, name="add_step"),
    path("steps/start/", step_views.reschedule, name="reschedule"),
    path("steps/<str:step_id>/", step_views.step, name="step"),
    path("steps/<str:step_id>/edit/", step_views.edit, name="edit_step"),
]

urlpatterns = [
    path("", views.plans, name="plans"),
    path("new/", views.new, name="new"),
    path("<str:plan_id>/", include(of_one)),
]
