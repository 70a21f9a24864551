"""Whom we connect to: only hosts that were judged, at the addresses that were judged."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.wire.routes import Addresses, NotAllowed, Unreachable, UpstreamError, may_be_called, origin, pinned
from tests import loops

PUBLIC = ["8.8.8.8", "104.18.6.192", "2606:4700::6812:6c0"]
PRIVATE = ["127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd00::1"]
NEVER = [
    *("0.0.0.0", "169.254.169.254", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *(
        "::",
        "fe80::1",
        "ff02::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "::7f00:1",
        "::ffff:169.254.169.254",
    ),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_called(address: str) -> None:
    assert may_be_called(ip_address(address))
    assert may_be_called(ip_address(address), private=True)


@pytest.mark.parametrize("address", [*PRIVATE, "::ffff:127.0.0.1", "::ffff:10.0.0.1"])
def test_private_ones_only_where_the_operator_says_so(address: str) -> None:
    assert not may_be_called(ip_address(address))
    # 100.64/10 is a carrier's, neither public nor anybody's own.
    assert may_be_called(ip_address(address), private=True) is (address != "100.64.0.1")


@pytest.mark.parametrize("address", NEVER)
def test_some_never(address: str) -> None:
    assert not may_be_called(ip_address(address))
    assert not may_be_called(ip_address(address), private=True)


@given(st.ip_addresses())
def test_whatever_is_called_in_public_is_routed_there(address: IPv4Address | IPv6Address) -> None:
    if may_be_called(address):
        assert address.is_global
        assert not any((address.is_private, address.is_loopback, address.is_link_local, address.is_multicast))
        assert getattr(address, "ipv4_mapped", None) is None


@given(st.ip_addresses(v=4))
def test_no_wrapping_of_a_refused_address_is_called(address: IPv4Address) -> None:
    if not may_be_called(address):
        number = int(address)
        mapped, translated = IPv6Address(0xFFFF << 32 | number), IPv6Address(0x64FF9B << 96 | number)
        tunnelled = IPv6Address(0x2002 << 112 | number << 80)
        assert not any(map(may_be_called, (mapped, translated, tunnelled)))


def refusal(url: str, **options: Any) -> UpstreamError:
    """Why there is no way to an address."""
    with pytest.raises(UpstreamError) as raised:
        loops.run(lambda: pinned(url, **options))
    return raised.value


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://127.0.0.1/v1",
            "https://[::1]/v1",
            "https://[::ffff:10.0.0.1]/",
            "https://localhost/",
            "https://127.1/",
        ),
        *(
            "https://2130706433/",
            "https://0x7f.1/",
            "http://8.8.8.8/",
            "ftp://8.8.8.8/",
            "file:///etc/passwd",
            "8.8.8.8",
        ),
        *(
            "https:///v1",
            "https://8.8.8.8:99999/",
            "https://[fe80::1%25lo]/",
            "https://\ud800/",
            f"https://{'a' * 70}.org/",
        ),
    ],
)
def test_an_address_that_is_not_called_is_refused_before_anything_is_sent(url: str) -> None:
    assert isinstance(refusal(url), NotAllowed)


def test_a_private_provider_may_be_called_where_allowed_and_without_tls() -> None:
    assert loops.run(lambda: pinned("http://127.0.0.1:8123/v1", private=True)) == Addresses(
        ("http", "127.0.0.1", 8123), ("127.0.0.1",)
    )


def test_one_bad_address_among_good_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    assert isinstance(refusal("https://rebinding.example/"), NotAllowed)
    answers.pop()
    assert loops.run(lambda: pinned("https://rebinding.example/")).ips == ("8.8.8.8",)


def test_a_name_without_an_address_is_told_so() -> None:
    assert isinstance(refusal("https://no-such-host.invalid/"), Unreachable)


def test_ports_are_part_of_an_origin() -> None:
    assert origin("https://API.Example.org/v1") == ("https", "api.example.org", 443)
    assert origin("http://münchen.example:81") == ("http", "xn--mnchen-3ya.example", 81)
