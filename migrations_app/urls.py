"""Addresses of plans."""

from django.urls import include, path

from migrations_app import key_views, views

app_name = "planner"

of_one = [
    path("", views.plan, name="plan"),
    path("commands/", views.command, name="command"),
    path("keys/", key_views.keys, name="keys"),
    path("keys/commands/", key_views.command, name="key_command"),
    path("keys/new/", key_views.new, name="new_key"),
    path("keys/<str:key_id>/test/", key_views.test, name="test_key"),
]

urlpatterns = [
    path("", views.plans, name="plans"),
    path("new/", views.new, name="new"),
    path("<str:plan_id>/", include(of_one)),
]
