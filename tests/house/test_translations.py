import ast
import io
import os
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.core.management import call_command
from django.template import Context, Template
from django.utils import translation

from costcalc.management import catalogues
from costcalc.management.catalogues import KEYWORDS, ROOT, SOURCES, Source, extract_template, faults
from costcalc.management.commands.translations import faults_of

PAGE = """{% load i18n %}
  <p title="{% translate "a title" %}">{{ _("in a variable") }}</p>
      {% translate "light" context "not heavy" %}
{% blocktranslate trimmed with x=y %}
    two lines,
    {{ x }} once
{% endblocktranslate %}
{% blocktranslate count n=n %}{{ n }} fish{% plural %}{{ n }} fishes{% endblocktranslate %}
{% comment %}{% translate "never" %}{% endcomment %}{# {% translate "nor this" %} #}
"""


@pytest.fixture
def made(tmp_path: Path) -> Source:
    """A package of its own, with one module and one template."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "words.py").write_text(
        'gettext("hello")\nngettext("%(n)s dog", "%(n)s dogs", 3)\npgettext("noun", "run")\n'
    )
    (tmp_path / "code" / "page.html").write_text('{% load i18n %}{% translate "page" %}')
    return Source("package", ("code",), tmp_path)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.package)
def test_every_string_of_the_code_is_in_the_translators_file_and_no_other(source: Source) -> None:
    assert catalogues.stale(source) == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.package)
def test_every_string_has_its_own_vietnamese(source: Source) -> None:
    assert faults(catalogues.read(source), catalogues.allowed_identical(source)) == []


def test_templates_are_read_as_django_reads_them() -> None:
    found = list(extract_template(io.BytesIO(PAGE.encode()), KEYWORDS, (), {}))
    assert [(text, context) for _line, text, _comments, context in map(_flat, found)] == [
        ("a title", None),
        ("in a variable", None),
        ("light", "not heavy"),
        ("two lines, %(x)s once", None),
        (("%(n)s fish", "%(n)s fishes"), None),
    ]


def _flat(found: tuple[object, ...]) -> tuple[object, object, object, object]:
    """Babel leaves the choice of arguments to its caller when an extractor is called by hand."""
    line, name, arguments, comments = found
    texts = tuple(text for text in arguments if text) if isinstance(arguments, tuple) else (arguments,)
    if name == "pgettext":
        return line, texts[1], comments, texts[0]
    return line, texts if name == "ngettext" else texts[0], comments, None


def test_extracting_keeps_translations_marks_the_new_empty_and_drops_the_unused(made: Source) -> None:
    assert catalogues.extract(made) == (4, 0)
    text = made.po.read_text().replace('msgid "hello"\nmsgstr ""', 'msgid "hello"\nmsgstr "xin chào"')
    made.po.write_text(text)
    (made.root / "code" / "page.html").write_text('{% load i18n %}{% translate "other" %}')
    assert [sentence.split(" ", 1)[0] for sentence in catalogues.stale(made)] == ["'other'", "'page'"]
    assert catalogues.extract(made) == (1, 1)
    catalog = catalogues.read(made)
    assert str(catalog["hello"].string) == "xin chào"
    assert str(catalog["other"].string) == ""
    assert catalog.get("page") is None
    again = made.po.read_text()
    assert catalogues.extract(made) == (0, 0)
    assert made.po.read_text() == again


def test_compiling_is_done_once_and_again_after_an_edit(made: Source) -> None:
    catalogues.extract(made)
    assert [catalogues.compile_stale(made), catalogues.compile_stale(made)] == [True, False]
    later = made.mo.stat().st_mtime + 5
    os.utime(made.po, (later, later))
    assert catalogues.compile_stale(made)
    assert not list(made.mo.parent.glob("*.tmp"))


@pytest.mark.parametrize(
    ("source", "translated", "fault"),
    [
        ("plain", "", "has no translation"),
        ("plain", "plain", "is identical to its source"),
        ("%(n)s left", "còn lại", "has other placeholders than its source"),
        ("{n} left", "còn {m}", "has other placeholders than its source"),
        ("ends\n", "hết", "begins or ends with other white space than its source"),
        (("%(n)s dog", "%(n)s dogs"), ("%(n)s con chó", "%(n)s con chó"), "has no translation"),
        (("one dog", "%(n)s dogs"), ("con chó",), "has other placeholders than its source"),
    ],
)
def test_each_fault_of_a_translation_is_found(
    source: str | tuple[str, str], translated: str | tuple[str, ...], fault: str
) -> None:
    catalog = Catalog(locale="vi")
    catalog.add(source, translated)
    name = source if isinstance(source, str) else source[0]
    assert faults(catalog) == [f"{name!r} {fault}"]


def test_a_fuzzy_translation_is_a_fault_and_a_needless_exception_too() -> None:
    catalog = Catalog(locale="vi")
    catalog.add("guess", "đoán", flags=["fuzzy"])
    catalog.add("API", "API")
    catalog.add("page", "trang")
    assert faults(catalog, ["API", "page"]) == [
        "'guess' is marked fuzzy",
        "'page' is listed as identical and is not",
    ]


def test_the_check_says_what_is_missing(made: Source) -> None:
    assert "'hello' is not in django.po: run translations extract" in faults_of(made)


def test_the_command_finds_nothing_wrong_here() -> None:
    said = io.StringIO()
    call_command("translations", "check", stdout=said)
    assert said.getvalue() == "Every string has its translation.\n"


def test_a_page_speaks_vietnamese() -> None:
    page = Template('{% load i18n %}{% translate "Prices" %}')
    with translation.override("vi"):
        assert page.render(Context()) == "Bảng giá"


def test_no_string_hides_from_the_extractor_inside_another() -> None:
    names = {"_", "_n", "gettext", "gettext_lazy", "ngettext", "pgettext", "npgettext"}
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for source in SOURCES
        for path in (ROOT / source.package).rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text()))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in names
    ]
    assert not hidden, "Before Python 3.12 Babel does not read what is called inside an f-string."
