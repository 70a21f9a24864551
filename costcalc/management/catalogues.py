"""The translators' catalogues: read out of the code, compiled and checked with Babel alone.

Django's own commands need the system's gettext; Babel is a dependency already, and Django's
`templatize` turns a template into the calls that Babel's Python extractor reads.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT: Final[Path] = settings.BASE_DIR
LANGUAGE: Final = "vi"
_CONTEXT_FIRST: Final = ((1, "c"), 2)
KEYWORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("_", "_n", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), _CONTEXT_FIRST),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
_PLACES: Final = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}")
# The header's day is that of the first extraction: a date that moves would make every run a change.
_BEGUN: Final = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass(frozen=True)
class Source:
    """A package with a locale folder, and the folders whose strings it holds."""

    package: str
    folders: tuple[str, ...]
    root: Path = ROOT

    @property
    def po(self) -> Path:
        return self.root / self.package / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"

    @property
    def mo(self) -> Path:
        return self.po.with_suffix(".mo")


SOURCES: Final = (
    Source("costcalc", ("costcalc", "templates")),
    Source("migrations_app", ("migrations_app", "templates/planner")),
)


def extract_template(
    fileobj: BinaryIO, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    """Babel's extraction method for Django templates: `{% translate %}`, `{% blocktranslate %}`, `_("…")`."""
    calls = templatize(fileobj.read().decode())
    # What is not a call is blanked to letters; its indentation would read as Python's.
    level = "\n".join(line.strip() for line in calls.split("\n"))
    yield from extract_python(BytesIO(level.encode()), keywords, comment_tags, options)


def extract_data(
    fileobj: BinaryIO, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Babel's extraction method for the catalogue's reviewed files: their own names and sentences."""
    data = tomllib.loads(fileobj.read().decode())
    words = [data.get("source", {}).get(name) for name in ("name", "version", "note")]
    words += [one.get(name) for one in _tables(data, "provider") for name in ("name", "description")]
    words += [one["note"] for kind in ("price", "shutdown") for one in _tables(data, kind)]
    words += [one["source"] for one in _tables(data, "rates")]
    yield from ((1, "gettext", text, []) for text in dict.fromkeys(words) if text)


def _tables(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = data.get(name, [])
    return found if isinstance(found, list) else []


def extracted(source: Source) -> Catalog:
    """Every string of this source as it stands in the code, without translations."""
    catalog = Catalog(locale=LANGUAGE, domain="django", creation_date=_BEGUN)
    for folder in source.folders:
        for name, _, text, comments, context in _strings(source, folder):
            catalog.add(text, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def _strings(source: Source, folder: str) -> Iterator[tuple[str, int, Any, list[str], str | None]]:
    here = "costcalc.management.catalogues"
    methods = [
        ("**.py", "python"),
        ("**.html", f"{here}:extract_template"),
        ("**.txt", f"{here}:extract_template"),
        ("catalog/data/*.toml", f"{here}:extract_data"),
    ]
    found = extract_from_dir(
        source.root / folder, methods, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    )
    others = [other for one in SOURCES if one != source for other in one.folders]
    for name, line, text, comments, context in sorted(found, key=lambda item: (item[0], item[1])):
        path = (Path(folder) / name).as_posix()
        if not path.startswith(tuple(f"{other}/" for other in others if other.startswith(f"{folder}/"))):
            yield path, line, text, comments, context


def read(source: Source) -> Catalog:
    """The translators' file, or an empty catalogue."""
    if not source.po.exists():
        return Catalog(locale=LANGUAGE, domain="django", creation_date=_BEGUN)
    with source.po.open("rb") as file:
        return read_po(file, locale=LANGUAGE, domain="django")


def extract(source: Source) -> tuple[int, int]:
    """Brings the translators' file up to the code; says how many strings are new and how many gone."""
    catalog, fresh = read(source), extracted(source)
    new, gone = keys(fresh) - keys(catalog), keys(catalog) - keys(fresh)
    catalog.update(fresh, no_fuzzy_matching=True)
    catalog.creation_date = catalog.revision_date = _BEGUN
    catalog.header_comment, catalog.fuzzy = "# The Vietnamese of costcalc.", False
    catalog.project, catalog.version = "costcalc", "1"
    catalog.msgid_bugs_address, catalog.last_translator, catalog.language_team = "", "", "vi"
    if len(catalog):
        _write(source.po, catalog)
    return len(new), len(gone)


def keys(catalog: Catalog) -> set[tuple[str | None, str]]:
    """What tells messages apart: context and (singular) text."""
    return {(message.context, _singular(message)) for message in catalog if message.id}


def _write(path: Path, catalog: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    # File names without lines: an edit elsewhere in a file is no change of its strings.
    write_po(buffer, catalog, width=100, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    path.write_bytes(buffer.getvalue())


def compile_stale(source: Source) -> bool:
    """Writes the .mo when it is older than its .po; True when it was written."""
    if not source.po.exists() or _is_fresh(source):
        return False
    buffer = BytesIO()
    write_mo(buffer, read(source))
    draft = source.mo.with_suffix(f".{id(buffer)}.tmp")
    draft.write_bytes(buffer.getvalue())
    # Another process may be reading it: replaced in one step.
    draft.replace(source.mo)
    return True


def _is_fresh(source: Source) -> bool:
    return source.mo.exists() and source.mo.stat().st_mtime >= source.po.stat().st_mtime


def allowed_identical(source: Source) -> set[str]:
    """Strings that are the same in both languages on purpose, one a line."""
    path = source.po.parents[2] / "identical.txt"
    return set(path.read_text().splitlines()) - {""} if path.exists() else set()


def faults(catalog: Catalog, identical: Iterable[str] = ()) -> list[str]:
    """What is wrong with the translations, a sentence each; empty when nothing is."""
    allowed = set(identical)
    found = [f"{_singular(m)!r} {what}" for m in catalog if m.id for what in _faults(m, catalog.num_plurals, allowed)]
    same = {_singular(message) for message in catalog if _is_identical(message)}
    return found + [f"{text!r} is listed as identical and is not" for text in sorted(allowed - same)]


def stale(source: Source) -> list[str]:
    """How the translators' file differs from the code, a sentence each."""
    have, need = keys(read(source)), keys(extracted(source))
    missing = [
        f"{text!r} is not in {source.po.name}: run translations extract" for _, text in sorted(need - have, key=str)
    ]
    return missing + [f"{text!r} is no longer in the code" for _, text in sorted(have - need, key=str)]


def _faults(message: Message, plurals: int, allowed: set[str]) -> Iterator[str]:
    texts = _texts(message)
    if not all(texts) or (message.pluralizable and len(texts) != plurals):
        yield "has no translation"
    elif message.fuzzy:
        yield "is marked fuzzy"
    elif _is_identical(message) and _singular(message) not in allowed:
        yield "is identical to its source"
    elif any(_places(text) != _places(_plural(message)) for text in texts):
        yield "has other placeholders than its source"
    elif any(_edges(text) != _edges(_singular(message)) for text in texts):
        yield "begins or ends with other white space than its source"


def _texts(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string or "",)


def _singular(message: Message) -> str:
    return str(message.id[0] if message.pluralizable else message.id)


def _plural(message: Message) -> str:
    return str(message.id[1] if message.pluralizable else message.id)


def _is_identical(message: Message) -> bool:
    return bool(message.id) and _singular(message) in _texts(message)


def _places(text: str) -> list[str]:
    return sorted(_PLACES.findall(text))


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
