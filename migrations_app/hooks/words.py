"""What became of messages to webhooks, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from migrations_app.log_words import ACTS

# By the names of what `wire.upstream` raises, and by the code of what is refused here.
FAULTS = {
    "Broken": _("its answer was cut off, or is no HTTP"),
    "NotAllowed": _("its address is private, local or reserved, or without TLS"),
    "NotTrusted": _("its certificate is not trusted"),
    "TooLarge": _("its answer is too large"),
    "TooSlow": _("it did not answer in time"),
    "Unreachable": _("it could not be reached"),
    "host-not-allowed": _("the operator does not allow its host any more"),
    "no-address": _("its address is none"),
}


def fault_in_words(fault: str) -> str:
    """Why there was no answer; "" where there was one."""
    return str(FAULTS.get(fault, fault))


def kind_in_words(kind: str) -> str:
    """What a message is about."""
    return str(ACTS.get(kind, kind))
