"""Addresses of plans."""

from django.urls import include, path

from migrations_app import canary_views, figure_views, review_views, views

app_name = "planner"

of_one = [
    path("", views.plan, name="plan"),
    path("commands/", views.command, name="command"),
    path("figures/", figure_views.figures, name="figures"),
    path("limits/", figure_views.limits, name="limits"),
    path("stages/", canary_views.stages, name="stages"),
    path("review/", review_views.review, name="review"),
    path("review/figures/", review_views.figures, name="review-figures"),
    path("review/share/", review_views.share, name="review-share"),
    path("review/share/<str:link>/revoke/", review_views.revoke, name="review-revoke"),
]

urlpatterns = [
    path("", views.plans, name="plans"),
    path("new/", views.new, name="new"),
    path("shared/<str:link>/", review_views.shared, name="shared-review"),
    path("<str:plan_id>/", include(of_one)),
]
