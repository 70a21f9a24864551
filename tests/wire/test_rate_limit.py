"""One address may ask the API so often in a minute, whichever worker it meets."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.http import HttpRequest
from django.test import Client
from pytest_django.fixtures import Settings

from costcalc.wire.models import RequestWindow, Standing
from costcalc.wire.rate_limit import AddressThrottle, seconds_to_wait
from costcalc.wire.visitors import subscriber

ALICE, BOB = "198.51.100.7", "203.0.113.9"


def count(address: str, now: int) -> Standing:
    return RequestWindow.objects.count_request(address, now)


@pytest.mark.django_db
def test_a_window_opens_with_its_first_request_and_holds_a_minute() -> None:
    assert count(ALICE, 1000) == Standing(1000, 1)
    assert count(ALICE, 1059) == Standing(1000, 2)
    assert count(ALICE, 1060) == Standing(1060, 1)


@pytest.mark.django_db
def test_addresses_are_counted_apart() -> None:
    count(ALICE, 1000)
    assert count(BOB, 1001) == Standing(1001, 1)
    assert count(ALICE, 1002) == Standing(1000, 2)


@pytest.mark.django_db
def test_windows_that_are_over_are_swept() -> None:
    count(ALICE, 1000)
    count(BOB, 1060)
    assert list(RequestWindow.objects.values_list("address", flat=True)) == [BOB]


@pytest.mark.usefixtures("committed_db")
def test_no_request_is_missed_when_many_come_at_once() -> None:
    def ask(_: int) -> int:
        try:
            return count(ALICE, 1000).requests
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(ask, range(200))) == list(range(1, 201))


def test_the_wait_is_until_the_window_is_over() -> None:
    assert seconds_to_wait(Standing(1000, 600), limit=600, now=1010) == 0
    assert seconds_to_wait(Standing(1000, 601), limit=600, now=1010) == 50
    assert seconds_to_wait(Standing(1000, 601), limit=600, now=1060) == 1


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("", "unknown"),
        ("unknown", "unknown"),
        ("x" * 500, "unknown"),
    ],
)
def test_an_ipv6_subscriber_is_one_however_many_addresses_it_has(address: str, whose: str) -> None:
    assert subscriber(address) == whose


@pytest.fixture
def limited(settings: Settings, db: None) -> None:
    settings.RATE_LIMIT = 3


@pytest.mark.usefixtures("limited")
def test_the_api_answers_429_with_when_to_come_back() -> None:
    client = Client(REMOTE_ADDR=ALICE)
    address = "/api/v1/prices/openai/gpt-4.1"
    assert [client.get(address).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = client.get(address)
    assert refused["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused.json()["status"] == 429
    assert Client(REMOTE_ADDR=BOB).get(address).status_code == 200


@pytest.mark.usefixtures("limited")
def test_pages_and_the_description_of_the_api_are_not_limited() -> None:
    client = Client(REMOTE_ADDR=ALICE)
    for address in ["/readyz", "/preferences/", "/api/v1/openapi.json", "/api/v1/docs"]:
        assert {client.get(address).status_code for _ in range(5)} == {200}
    assert not RequestWindow.objects.exists()


def test_off_means_that_nothing_is_even_counted(settings: Settings) -> None:
    settings.RATE_LIMIT = None
    # Without the `db` fixture a query would be an error.
    assert AddressThrottle().allow_request(HttpRequest())
