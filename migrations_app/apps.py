from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlannerConfig(AppConfig):
    """The move itself. Its label is `planner`: "migration" is Django's word, "plan" is ours."""

    name = "migrations_app"
    label = "planner"
    verbose_name = _("Move planner")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell accounts what a workspace and a person hold of this app, and its words in the log."""
        from costcalc.accounts import links, rooms
        from costcalc.accounts.roles import Role
        from migrations_app import log_words
        from migrations_app.calendars import links as calendar_links
        from migrations_app.digests import digest as digests
        from migrations_app.exporting import exported, own_data
        from migrations_app.review import links as review_links

        rooms.register_export("plans", exported)
        rooms.register_own_data("plans", own_data)
        rooms.register_own_data("digest", digests.own_data)
        rooms.register_own_page("digests:digest", _("What is due, by e-mail"))
        rooms.register_page("webhooks:webhooks", _("Webhooks"), Role.OWNER)
        rooms.register_own_page("own-calendar:calendar", _("Your plans in your calendar"))
        links.register(review_links.ReviewLink, review_links.opened)
        links.register(calendar_links.CalendarLink, calendar_links.opened)
        log_words.register()
