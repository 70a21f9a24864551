"""Whether the product can send mail at all."""

from django.conf import settings

# Where no mail server is named: messages appear on the operator's console.
CONSOLE = "django.core.mail.backends.console.EmailBackend"


def is_set_up() -> bool:
    """Whether messages reach anybody."""
    return settings.EMAIL_BACKEND != CONSOLE
