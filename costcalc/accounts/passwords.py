"""What a password must be."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import ngettext


class LengthValidator(MinimumLengthValidator):
    """Django's own, whose sentence has no Vietnamese."""

    def get_error_message(self) -> str:
        """In the reader's language."""
        return ngettext(
            "A password has at least %(count)s character.",
            "A password has at least %(count)s characters.",
            self.min_length,
        ) % {"count": self.min_length}
