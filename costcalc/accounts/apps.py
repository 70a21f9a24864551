from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, their workspaces and their preferences."""

    name = "costcalc.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Its own part of a workspace's archive, and its words in the log."""
        from costcalc.accounts import log_own_words
        from costcalc.accounts.archive import workspace_files
        from costcalc.accounts.rooms import register_export

        register_export("workspace", workspace_files)
        log_own_words.register()
