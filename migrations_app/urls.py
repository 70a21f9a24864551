"""Addresses of plans."""

from django.urls import include, path

from migrations_app import upkeep_views, views
from migrations_app.calendars import views as calendar_views
from migrations_app.canary import figure_views
from migrations_app.canary import views as canary_views
from migrations_app.digests import views as digest_views
from migrations_app.evidence import views as file_views
from migrations_app.hooks import views as hook_views
from migrations_app.keys import views as key_views
from migrations_app.playbook import views as template_views
from migrations_app.report import views as report_views
from migrations_app.review import views as review_views
from migrations_app.steps import views as step_views
from migrations_app.way_back import views as safety_views

app_name = "planner"

of_one = [
    path("", views.plan, name="plan"),
    path("commands/", views.command, name="command"),
    path("delete/", upkeep_views.delete, name="delete"),
    path("rename/", upkeep_views.rename, name="rename"),
    path("files/<str:file_id>/", file_views.file, name="file"),
    path("template/", template_views.of_this_plan, name="template_of_plan"),
    path("report/", report_views.report, name="report"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar.ics", calendar_views.download, name="calendar-file"),
    path("calendar/<str:link>/revoke/", calendar_views.revoke, name="calendar-revoke"),
    path("figures/", figure_views.figures, name="figures"),
    path("limits/", figure_views.limits, name="limits"),
    path("stages/", canary_views.stages, name="stages"),
    path("way-back/", safety_views.way_back, name="way-back"),
    path("way-back/test/", safety_views.test, name="way-back-test"),
    path("review/", review_views.review, name="review"),
    path("review/figures/", review_views.figures, name="review-figures"),
    path("review/share/", review_views.share, name="review-share"),
    path("review/share/<str:link>/revoke/", review_views.revoke, name="review-revoke"),
    path("steps/", step_views.steps, name="steps"),
    path("steps/commands/", step_views.command, name="step_command"),
    path("steps/new/", step_views.add, name="add_step"),
    path("steps/start/", step_views.reschedule, name="reschedule"),
    path("steps/<str:step_id>/", step_views.step, name="step"),
    path("steps/<str:step_id>/edit/", step_views.edit, name="edit_step"),
    path("keys/", key_views.keys, name="keys"),
    path("keys/commands/", key_views.command, name="key_command"),
    path("keys/new/", key_views.new, name="new_key"),
    path("keys/<str:key_id>/test/", key_views.test, name="test_key"),
]

urlpatterns = [
    path("", views.plans, name="plans"),
    path("import/", upkeep_views.take_in, name="import"),
    path("new/", views.new, name="new"),
    path("of/<str:public_id>/", views.of_scenario, name="of-scenario"),
    path("<str:plan_id>.json", upkeep_views.document, name="document"),
    path("files/<str:plan_id>/<str:step_id>/", file_views.add, name="add_file"),
    path("templates/", template_views.templates, name="templates"),
    path("templates/<str:key>.json", template_views.file, name="template"),
    path("templates/<str:key>/delete/", template_views.delete, name="delete_template"),
    path("shared/<str:link>/", review_views.shared, name="shared-review"),
    path("<str:plan_id>/", include(of_one)),
]
# Under `/calendar/`: what programs fetch.
calendars = ([path("<str:link>.ics", calendar_views.feed, name="feed")], "calendars")
# Under `/me/calendar/`.
own_calendar = (
    [
        path("", calendar_views.own, name="calendar"),
        path("<str:link>/revoke/", calendar_views.revoke_own, name="revoke"),
    ],
    "own-calendar",
)
# Under `/w/<workspace>/webhooks/`.
webhooks = (
    [
        path("", hook_views.hooks, name="webhooks"),
        path("<str:webhook>/", hook_views.hook, name="webhook"),
        path("<str:webhook>/delete/", hook_views.delete, name="delete"),
        path("<str:webhook>/test/", hook_views.test, name="test"),
        path("<str:webhook>/<str:delivery>/again/", hook_views.send_again, name="send-again"),
    ],
    "webhooks",
)
# Under `/me/digest/`.
digests = (
    [
        path("", digest_views.digest, name="digest"),
        path("send/", digest_views.send, name="send"),
        path("stop/<str:link>/", digest_views.stop, name="stop"),
    ],
    "digests",
)
