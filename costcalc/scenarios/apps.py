"""The room of scenarios."""

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    """What a move would save: the calculator, what is saved from it, and the API."""

    name = "costcalc.scenarios"
    label = "scenarios"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell accounts what a workspace holds of this room."""
        from costcalc.accounts import links, rooms
        from costcalc.scenarios import log_words
        from costcalc.scenarios.exporting import exported, own_data
        from costcalc.scenarios.sharing import ShareLink, opened

        rooms.register_export("scenarios", exported)
        rooms.register_own_data("scenarios", own_data)
        log_words.register()
        links.register(ShareLink, opened)
