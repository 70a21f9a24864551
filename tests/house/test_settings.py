"""What the environment may say, and what is refused before anything is served."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from costcalc.environment import (
    Environment,
    allowed_hosts,
    database,
    read_environment,
    refuse_what_is_unsafe_in_public,
    secret_key,
    stored_secret_key,
    trusted_proxies,
)

PUBLIC = "https://costs.example.org"


@pytest.mark.parametrize("key", ["", "short", "a" * 80, "django-insecure-" + "x7Kq" * 20, "ab" * 40])
def test_a_secret_key_that_can_be_guessed_is_refused(key: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        secret_key(Environment(secret_key=key))


def test_the_secret_key_is_made_once_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as starts:
        keys = set(starts.map(lambda _: stored_secret_key(tmp_path / "new"), range(64)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["secret_key"]
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("variables", "word"),
    [
        ({"allowed_hosts": ""}, "ALLOWED_HOSTS is empty"),
        ({"public_url": PUBLIC, "allowed_hosts": " , "}, "ALLOWED_HOSTS is empty"),
        ({"public_url": PUBLIC, "allowed_hosts": "*"}, r"ALLOWED_HOSTS is \*"),
        ({"public_url": PUBLIC, "debug": True}, "DEBUG is on"),
    ],
)
def test_what_is_unsafe_in_public_is_refused(variables: dict[str, Any], word: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=word):
        refuse_what_is_unsafe_in_public(Environment(**variables))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("WORKERS", "0"),
        ("RATE_LIMIT", "0"),
        ("RATE_LIMIT", "-5"),
        ("RATE_LIMIT", "many"),
        ("TRUSTED_PROXIES", "everybody"),
        ("TRUSTED_PROXIES", "*"),
        ("PUBLIC_URL", "costs.example.org"),
        ("PUBLIC_URL", "ftp://costs.example.org"),
        ("PUBLIC_URL", "https://costs.example.org/calculator"),
        ("DEBUG", "release"),
        ("HOST", ""),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=f"^{re.escape(name)}: "):
        read_environment()


def test_without_a_public_url_only_the_bound_host_and_this_machine_are_answered() -> None:
    assert allowed_hosts(Environment(host="10.0.0.5")) == ["10.0.0.5", "localhost", "127.0.0.1", "[::1]"]
    assert trusted_proxies(Environment()) == []


def test_a_public_url_names_the_host_and_trusts_a_proxy_on_this_machine() -> None:
    assert allowed_hosts(Environment(public_url=PUBLIC + "/")) == ["costs.example.org"]
    assert trusted_proxies(Environment(public_url=PUBLIC)) == ["127.0.0.1", "::1"]


def test_lists_are_split_at_commas() -> None:
    env = Environment(allowed_hosts="a.example, b.example,", trusted_proxies="10.0.0.0/8,::1")
    assert allowed_hosts(env) == ["a.example", "b.example"]
    assert trusted_proxies(env) == ["10.0.0.0/8", "::1"]


def test_sqlite_begins_transactions_at_once_writes_ahead_and_stays_open() -> None:
    config = database(Environment(database_url=""))
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in config["OPTIONS"]["init_command"]
    assert (config["CONN_MAX_AGE"], config.get("ATOMIC_REQUESTS")) == (None, None)


def test_postgresql_has_a_pool_and_keeps_the_address_s_own_options() -> None:
    config = database(Environment(database_url="postgres://u:p@db.example:5433/costs?sslmode=require"))
    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert (config["HOST"], config["PORT"], config["NAME"]) == ("db.example", 5433, "costs")
    assert config["OPTIONS"]["sslmode"] == "require"
    assert config["OPTIONS"]["pool"]["max_size"] > 0
