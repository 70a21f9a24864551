"""Links: the numbers of the day for whoever holds one, and nothing once it has ended."""

import datetime as dt
import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from costcalc.accounts import capability
from costcalc.accounts.audit import acting
from costcalc.accounts.links import SharingForbiddenError
from costcalc.accounts.workspaces import Workspace
from costcalc.catalog import own
from costcalc.catalog.sync import sync
from costcalc.engine import Rate
from costcalc.scenarios import saving
from costcalc.scenarios.models import SavedScenario, ShareLink
from costcalc.wire.masking import masked
from tests.factories import Cast, signed_in
from tests.scenarios.keeping import NOW, TODAY, by, drafted, kept, with_price

SHOWN = re.compile(r"https?://testserver(/s/[0-9A-Za-z]{32}/)")


@pytest.fixture
def scenario(cast: Cast) -> SavedScenario:
    """What Bob has saved and shares."""
    return kept(cast)


def made(cast: Cast, scenario: SavedScenario, **form: str) -> str:
    """The path of a link that Bob makes on the page."""
    client = signed_in(cast.bob, cast.workspace)
    page = client.post(f"/scenarios/{scenario.public_id}/share/", {"revision": "1", **form})
    found = SHOWN.search(page.content.decode())
    assert found is not None
    assert "no-store" in page["Cache-Control"]
    return found[1]


def page_of(path: str) -> str:
    """What somebody without an account reads there."""
    response = Client(headers={"accept-language": "en"}).get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_whoever_holds_the_link_sees_the_numbers_of_the_day_it_was_saved(cast: Cast, scenario: SavedScenario) -> None:
    path = made(cast, scenario)
    saving.revise(by(cast, "bob"), scenario, 1, drafted(cast, "requests=10"), NOW)
    sync(with_price("google/gemini-2.5-flash", "99"), TODAY, NOW)
    page = page_of(path)
    assert "$8,010 a month" in page
    assert "revision 1" in page
    assert 'href="/?to=google/gemini-2.5-flash&requests=60000"' in page
    assert "$8,010 a month" not in page_of("/?to=google/gemini-2.5-flash&requests=60000")


def test_the_page_tells_nobody_where_it_was_read_and_asks_nothing_of_others(
    cast: Cast, scenario: SavedScenario
) -> None:
    link = made(cast, scenario)
    response = Client().get(link)
    page = response.content.decode()
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in page
    assert "no-store" in response["Cache-Control"]
    assert "<form" not in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//[^"]*"[^>]*(?:stylesheet|script)', page)
    # What it shows in pictures is under the link itself.
    assert not re.findall(rf'<(?:script|img|link|source)[^>]+(?:src|href|srcset)="(?!/static/|{link}charts/)', page)
    assert not response.cookies
    assert cast.workspace.public_id not in page
    assert "bob@example.org" not in page


def test_an_own_price_is_shared_as_figures_without_its_name_note_or_source(cast: Cast) -> None:
    rates = {"input_mtok": Rate(Decimal("1.5")), "output_mtok": Rate(Decimal("2.5"))}
    terms = own.OwnTerms(
        "Acme deal",
        own.Kind.NEGOTIATED,
        own.sheet_of({"standard": rates}),
        source="Order form 77",
        source_url="https://acme.example/77",
        note="Do not tell",
    )
    with acting(cast.workspace, by(cast, "bob").actor) as act:
        price = own.add(act, terms, cast.bob)
    by_id = f"/?workloads=2&to=own:{price.public_id}&2.to=google/gemini-2.5-flash"
    scenario = kept(cast, by_id.removeprefix("/?"))
    path = made(cast, scenario)
    for language, said in (("en", "own price"), ("vi", "giá riêng")):
        page = page_of(f"{path}?language={language}")
        for secret in ("Acme", "Order form", "acme.example", "Do not tell", cast.workspace.public_id):
            assert secret not in page, secret
        assert said in page
    # 50,000 requests a day for 30 days: 1,500 MTok at $1.50 and 750 MTok at $2.50.
    shared = page_of(path)
    assert "$2,250.00" in shared
    assert "$1,875.00" in shared
    team = unescape(signed_in(cast.vera, cast.workspace).get(f"/scenarios/{scenario.public_id}/").content.decode())
    assert all(words in team for words in ("Acme deal", "Order form 77"))

    copy = "/?workloads=2&to=typed&to.name=own+price&to.input=1.5&to.output=2.5&2.to=google/gemini-2.5-flash"
    assert f'href="{copy}"' in shared
    assert "own prices of this scenario as typed ones" in shared
    for reader in (Client(), signed_in(cast.charlie)):
        assert "$2,250.00" in reader.get(copy).content.decode()
        opened = reader.get(by_id).content.decode()
        assert "You may not see this price, so it is unknown." in opened
        assert "$2,250.00" not in opened
    assert "$2,250.00" in signed_in(cast.bob).get(by_id).content.decode()
    to_save = signed_in(cast.bob).get(f"/scenarios/new/{by_id.removeprefix('/')}").content.decode()
    assert 'value="openai/gpt-4.1 → own price"' in to_save


def test_the_page_is_read_in_either_language(cast: Cast, scenario: SavedScenario) -> None:
    path = made(cast, scenario)
    assert '<html lang="vi">' in page_of(f"{path}?language=vi")
    assert '<html lang="en">' in page_of(f"{path}?language=xx")


def test_a_link_is_shown_once_and_stored_as_a_hash(cast: Cast, scenario: SavedScenario) -> None:
    path = made(cast, scenario, note="For the board")
    link = path.split("/")[2]
    row = ShareLink.objects.get()
    assert row.link_hash == capability.hashed(link)
    assert link not in str(ShareLink.objects.values())
    assert link not in "".join(e.before + e.after + e.target for e in cast.workspace.audit_entries.all())
    addresses = (f"/scenarios/{scenario.public_id}/", f"/w/{cast.workspace.public_id}/links/")
    pages = [signed_in(cast.bob).get(address).content.decode() for address in addresses]
    assert not [page for page in pages if link in page]
    assert "For the board" in pages[1]


def test_a_log_does_not_hold_the_link(cast: Cast, scenario: SavedScenario) -> None:
    path = made(cast, scenario)
    assert path.split("/")[2] not in masked(f'127.0.0.1 "GET {path} HTTP/1.1" 200')
    assert path.split("/")[2] not in masked(f'"GET /accounts/login/?next={path} HTTP/1.1" 200')


@pytest.mark.parametrize("ended", ["revoked", "expired", "deleted", "forbidden", "archived"])
def test_a_link_that_has_ended_is_as_one_that_never_was(cast: Cast, scenario: SavedScenario, ended: str) -> None:
    path, reader = made(cast, scenario), Client()
    assert reader.get(path).status_code == 200
    row = ShareLink.objects.get()
    if ended == "revoked":
        revoke = f"/w/{cast.workspace.public_id}/links/{row.public_id}/revoke/"
        assert signed_in(cast.bob).post(revoke).status_code == 302
    elif ended == "expired":
        ShareLink.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    elif ended == "deleted":
        saving.delete(by(cast, "alice"), scenario, 1)
    elif ended == "forbidden":
        Workspace.objects.update(sharing_allowed=False)
    else:
        saving.archive(by(cast, "bob"), scenario, 1, NOW)
        assert reader.get(path).status_code == 200
        return
    never = "/s/" + "0" * 32 + "/"
    assert told(reader, path) == told(reader, never)


def told(reader: Client, path: str) -> tuple[int, dict[str, str], str]:
    """Everything that an answer says, but the path and the form's token."""
    response = reader.get(path)
    assert response.status_code == 404
    page = (
        response.content.decode().replace(path.strip("/"), "PATH").replace(path.strip("/").replace("/", "%2F"), "PATH")
    )
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    return response.status_code, headers, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_an_expiry_is_kept_and_a_use_noted(cast: Cast, scenario: SavedScenario) -> None:
    path = made(cast, scenario, lasts="7")
    row = ShareLink.objects.get()
    assert row.expires_at is not None
    assert dt.timedelta(days=6, hours=23) < row.expires_at - timezone.now() <= dt.timedelta(days=7)
    assert row.last_used_at is None
    page_of(path)
    row.refresh_from_db()
    assert row.last_used_at is not None


def test_a_workspace_that_forbids_links_makes_none(cast: Cast, scenario: SavedScenario) -> None:
    Workspace.objects.update(sharing_allowed=False)
    address = f"/scenarios/{scenario.public_id}/share/"
    client = signed_in(cast.bob)
    assert "does not allow sharing" in client.get(address).content.decode()
    assert client.post(address, {"revision": "1"}).status_code == 403
    with pytest.raises(SharingForbiddenError):
        saving.share(by(cast, "bob"), saving.revision_of(scenario), NOW)
    assert not ShareLink.objects.exists()


def test_the_list_of_links_is_the_team_s_own(cast: Cast, scenario: SavedScenario) -> None:
    made(cast, scenario)
    address = f"/w/{cast.workspace.public_id}/links/"
    row = ShareLink.objects.get()
    assert signed_in(cast.vera).get(address).status_code == 403
    assert signed_in(cast.charlie).get(address).status_code == 404
    mine = Workspace.objects.of(cast.charlie).get()
    assert signed_in(cast.charlie).post(f"/w/{mine.public_id}/links/{row.public_id}/revoke/").status_code == 404
    row.refresh_from_db()
    assert row.revoked_at is None


def test_a_revision_that_is_not_there_is_not_shared(cast: Cast, scenario: SavedScenario) -> None:
    client, address = signed_in(cast.bob), f"/scenarios/{scenario.public_id}/share/"
    assert client.post(address, {"revision": "2"}).status_code == 404
    assert client.post(address, {"revision": "x"}).status_code == 422
    assert client.post(address, {"revision": "1", "lasts": "9999"}).status_code == 422


def test_a_link_s_form_sent_again_makes_no_second_link(cast: Cast, scenario: SavedScenario) -> None:
    client, address = signed_in(cast.bob, cast.workspace), f"/scenarios/{scenario.public_id}/share/"
    key = re.findall(r'name="form_key" value="(\w+)"', client.get(address).content.decode())[0]
    assert SHOWN.search(client.post(address, {"revision": "1", "form_key": key}).content.decode())
    again = client.post(address, {"revision": "1", "form_key": key})
    assert again.headers["Location"] == f"/w/{cast.workspace.public_id}/links/"
    assert ShareLink.objects.count() == 1
