from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People and their preferences."""

    name = "costcalc.accounts"
    label = "accounts"
    verbose_name = _("Accounts")
