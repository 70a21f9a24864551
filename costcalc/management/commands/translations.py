"""`manage.py translations extract|compile|check`: the Vietnamese catalogue, without system gettext."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from costcalc.management import catalogues


class Command(BaseCommand):
    """Bring the translators' files up to the code, compile them, or check them."""

    help = "Extract strings into the translators' files, compile those that are stale, or check them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["extract", "compile", "check"])

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        getattr(self, f"_{act}")()

    def _extract(self) -> None:
        for source in catalogues.SOURCES:
            new, gone = catalogues.extract(source)
            self.stdout.write(f"{source.package}: {new} new, {gone} gone")

    def _compile(self) -> None:
        for source in catalogues.SOURCES:
            if catalogues.compile_stale(source):
                self.stdout.write(f"compiled {source.mo.relative_to(catalogues.ROOT)}")

    def _check(self) -> None:
        found = [fault for source in catalogues.SOURCES for fault in faults_of(source)]
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write("Every string has its translation.")


def faults_of(source: catalogues.Source) -> list[str]:
    """Strings missing from the file, and what is wrong with those in it."""
    return catalogues.stale(source) + catalogues.faults(catalogues.read(source), catalogues.allowed_identical(source))
