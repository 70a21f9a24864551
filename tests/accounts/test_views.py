from http.cookies import SimpleCookie

import pytest
from django.test import Client
from django.utils import timezone

from costcalc.accounts.preferences import zone_named, zones


def kept(cookies: SimpleCookie) -> dict[str, str]:
    return {name: morsel.value for name, morsel in cookies.items()}


def test_the_page_shows_what_is_chosen(client: Client) -> None:
    client.cookies.load({"theme": "dark", "time_zone": "Asia/Ho_Chi_Minh", "django_language": "vi"})
    page = client.get("/preferences/").content.decode()
    assert '<html lang="vi" data-theme="dark">' in page
    assert '<option value="Asia/Ho_Chi_Minh" selected>' in page
    assert '<option value="vi" selected>Tiếng Việt</option>' in page


def test_a_switch_keeps_its_choice_and_the_address_with_its_query(client: Client) -> None:
    response = client.post("/preferences/", {"language": "vi", "next": "/?from=openai/gpt-4.1&requests=50000"})
    assert response.headers["Location"] == "/?from=openai/gpt-4.1&requests=50000"
    assert kept(response.cookies) == {"django_language": "vi"}
    assert client.get("/preferences/").headers["Content-Language"] == "vi"


def test_the_address_that_htmx_moved_on_comes_before_the_one_in_the_form(client: Client) -> None:
    response = client.post(
        "/preferences/", {"theme": "light", "next": "/"}, headers={"Referer": "http://testserver/?requests=7"}
    )
    assert response.headers["Location"] == "/?requests=7"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "http://testserver//evil.example/", "javascript:1",
     "http://testserver@evil.example/", "", "///evil.example"],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(client: Client, address: str) -> None:
    for data, referer in (({"next": address}, ""), ({}, address)):
        response = client.post("/preferences/", data, headers={"Referer": referer})
        assert response.headers["Location"] == "/"


def test_all_three_are_kept_at_once_in_cookies_no_script_can_read(client: Client) -> None:
    response = client.post("/preferences/", {"language": "en", "theme": "auto", "time_zone": "Europe/Paris"})
    assert kept(response.cookies) == {"django_language": "en", "theme": "auto", "time_zone": "Europe/Paris"}
    assert all(morsel["httponly"] and morsel["samesite"] == "Lax" for morsel in response.cookies.values())


def test_what_is_not_on_offer_is_refused_and_nothing_is_kept(client: Client) -> None:
    response = client.post("/preferences/", {"language": "vi", "time_zone": "Mars/Olympus"})
    assert response.status_code == 422
    assert not response.cookies.get("django_language")
    assert 'id="id_time_zone_error"' in response.content.decode()


def test_a_form_from_elsewhere_is_refused() -> None:
    assert Client(enforce_csrf_checks=True).post("/preferences/", {"theme": "dark"}).status_code == 403


@pytest.mark.parametrize("cookie", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "x" * 5000, "", "Asia"])
def test_a_time_zone_that_is_none_is_the_sites_own(client: Client, cookie: str) -> None:
    assert zone_named(cookie) is None
    client.cookies["time_zone"] = cookie
    assert client.get("/preferences/").status_code == 200


def test_every_time_zone_on_offer_is_one() -> None:
    names = [name for _area, places in zones() for name, _place in places]
    assert names[:2] == ["Asia/Ho_Chi_Minh", "UTC"]
    assert len(names) == len(set(names)) > 300
    assert all(zone_named(name) for name in names)


def test_one_readers_time_zone_does_not_stay_for_the_next(client: Client) -> None:
    client.cookies["time_zone"] = "Asia/Ho_Chi_Minh"
    client.get("/preferences/")
    assert timezone.get_current_timezone_name() == "UTC"
