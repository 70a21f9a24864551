"""Addresses of plans."""

from django.urls import include, path

from migrations_app import review_views, upkeep_views, views

app_name = "planner"

of_one = [
    path("", views.plan, name="plan"),
    path("commands/", views.command, name="command"),
    path("delete/", upkeep_views.delete, name="delete"),
    path("rename/", upkeep_views.rename, name="rename"),
    path("review/", review_views.review, name="review"),
    path("review/figures/", review_views.figures, name="review-figures"),
    path("review/share/", review_views.share, name="review-share"),
    path("review/share/<str:link>/revoke/", review_views.revoke, name="review-revoke"),
]

urlpatterns = [
    path("", views.plans, name="plans"),
    path("import/", upkeep_views.take_in, name="import"),
    path("new/", views.new, name="new"),
    path("<str:plan_id>.json", upkeep_views.document, name="document"),
    path("shared/<str:link>/", review_views.shared, name="shared-review"),
    path("<str:plan_id>/", include(of_one)),
]
