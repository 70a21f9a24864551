"""Addresses of the calculator and of what is saved from it."""

from django.urls import include, path

from costcalc.scenarios import (
    comparing_views,
    importing_views,
    picker,
    picture_views,
    saved_views,
    saving_views,
    shared_views,
    takeaway_views,
    talking_views,
    upkeep_views,
    views,
)
from costcalc.scenarios.claims import views as claims_views

app_name = "scenarios"

of_one = [
    path("", saved_views.scenario, name="scenario"),
    path("<int:number>/", saved_views.scenario, name="revision"),
    path("<int:number>/charts/<str:chart>.<str:kind>", picture_views.saved, name="revision_chart"),
    path("<int:number>/take/<str:file>", takeaway_views.of_revision, name="take_revision"),
    path("revise/", saving_views.revise, name="revise"),
    path("reprice/", saving_views.reprice, name="reprice"),
    path("rename/", upkeep_views.rename, name="rename"),
    path("duplicate/", upkeep_views.duplicate, name="duplicate"),
    path("archive/", upkeep_views.archive, name="archive"),
    path("delete/", upkeep_views.delete, name="delete"),
    path("share/", shared_views.share, name="share"),
    path("comments/", talking_views.comment, name="comment"),
    path("comments/<str:comment>/", talking_views.own_comment, name="own_comment"),
    path("approvals/", talking_views.ask, name="ask"),
    path("approvals/<str:approval>/", talking_views.decide, name="decide"),
]

urlpatterns = [
    path("", views.calculator, name="calculator"),
    path("charts/<str:chart>.<str:kind>", picture_views.unsaved, name="chart"),
    path("elsewhere/", views.traffic_elsewhere, name="elsewhere"),
    path("return/", views.returned, name="return"),
    path("take/<str:file>", takeaway_views.of_address, name="take"),
    path("import/", importing_views.from_file, name="import"),
    path("claims/", claims_views.claims, name="claims"),
    path("models/", picker.models, name="models"),
    path("scenarios/", saved_views.scenarios, name="scenarios"),
    path("scenarios/new/", saving_views.new, name="new"),
    path("scenarios/compare/", comparing_views.compare, name="compare"),
    path("scenarios/compare/charts/<str:chart>.<str:kind>", picture_views.compared, name="compared_chart"),
    path("scenarios/<str:public_id>/", include(of_one)),
    path("s/<str:link>/", shared_views.shared, name="shared"),
    path("s/<str:link>/charts/<str:chart>.<str:kind>", picture_views.shared, name="shared_chart"),
    path("s/<str:link>/take/<str:file>", takeaway_views.of_link, name="take_shared"),
]
