"""What can be wrong with a question put to the engine."""

from __future__ import annotations


class PricingError(ValueError):
    """The question cannot be answered as it was put."""


class UnknownUnit(PricingError):
    """A word that is no unit of genai-prices: a misspelling, never a free unit."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is not a unit")
        self.name = name


class NoSuchVariant(PricingError):
    """A context (batch, flex, a region …) for which the price sheet has no price on that day."""

    def __init__(self, context: dict[str, str]) -> None:
        said = ", ".join(f"{key}={value}" for key, value in sorted(context.items()))
        super().__init__(f"no price for {said}")
        self.context = context


class UsageError(PricingError):
    """Counts that contradict each other, such as more cached than input tokens."""


class TrafficError(PricingError):
    """A workload that cannot be: names the field that is wrong."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


class TermsError(PricingError):
    """Terms of a return that cannot be: names the field that is wrong, as a path (`ramp.1.share`)."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code
