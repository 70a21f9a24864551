from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlannerConfig(AppConfig):
    """The move itself. Its label is `planner`: "migration" is Django's word, "plan" is ours."""

    name = "migrations_app"
    label = "planner"
    verbose_name = _("Move planner")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Its words in the log."""
        from migrations_app import log_words

        log_words.register()
