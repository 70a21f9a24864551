"""The one place where environment variables are read, and what follows from them.

Nothing has to be set: every `manage.py` command works on SQLite under DATA_DIR, with a secret key
generated there. PUBLIC_URL says that people outside reach the product, and makes it strict.
"""

import contextlib
import os
import secrets
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent
Words = Annotated[tuple[str, ...], NoDecode]
KEY_PREFIX = "PROVIDER_KEY_"


def provider_keys() -> dict[str, SecretStr]:
    """The providers' keys by the providers' names: `PROVIDER_KEY_X_AI` is that of `x-ai`."""
    given = {name: value for name, value in os.environ.items() if name.startswith(KEY_PREFIX) and value}
    return {name.removeprefix(KEY_PREFIX).lower().replace("_", "-"): SecretStr(key) for name, key in given.items()}


class Environment(BaseSettings):
    """The environment variables that the product reads; README.md lists them."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(8000, ge=1, le=65535)
    data_dir: Path = BASE_DIR / ".data"
    workers: int = Field(1, ge=1, le=64)
    database_url: str = ""
    public_url: str = ""
    secret_key: str | None = None
    rate_limit: int | Literal["off"] = 600
    allowed_hosts: Words | None = None
    trusted_proxies: Words | None = None
    debug: bool = False
    signup: Literal["open", "invitation"] = "open"
    email_url: str = ""
    email_from: str = "costcalc <costcalc@localhost>"
    providers: Words = ()
    private_providers: bool = False
    rounds: bool = True
    webhook_hosts: Words = ()

    @field_validator("allowed_hosts", "trusted_proxies", "providers", "webhook_hosts", mode="before")
    @classmethod
    def split_at_commas(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def are_networks(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for network in value or ():
            ip_network(network)
        return value

    @field_validator("webhook_hosts")
    @classmethod
    def are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            parts = urlsplit(entry if "://" in entry else f"https://{entry}")
            whole = parts.netloc == entry.rpartition("://")[2] and not any(one in "@ \t" for one in entry)
            if not (whole and parts.hostname and parts.scheme in {"http", "https"}):
                raise ValueError("names of hosts, or origins such as http://10.0.0.5:8080, with commas")
            # Raises ValueError for what is no port.
            _ = parts.port
        return value

    @field_validator("rate_limit")
    @classmethod
    def is_positive(cls, value: int | str) -> int | str:
        if isinstance(value, int) and value < 1:
            raise ValueError("a positive number of requests a minute, or off")
        return value

    @field_validator("email_url")
    @classmethod
    def is_a_mail_server(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"smtp", "smtps", "submission"}:
            raise ValueError("an address such as submission://name:password@mail.example.org:587")
        return value

    @field_validator("public_url")
    @classmethod
    def is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/")):
            raise ValueError("an address such as https://costs.example.org, without a path")
        return value.rstrip("/")


def read_environment() -> Environment:
    """The environment, checked. Raises ImproperlyConfigured naming each wrong variable."""
    try:
        return Environment()
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, e['loc'][:1])).upper()}: {e['msg']}" for e in error.errors())
        raise ImproperlyConfigured("; ".join(faults)) from None


def stored_secret_key(folder: Path) -> str:
    """The secret key of this data folder, made on first use, readable by its owner only."""
    path = folder / "secret_key"
    if not path.exists():
        # Others on this machine have no business in it; one that exists is as its owner made it.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f".secret_key.{os.getpid()}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        # A link never replaces: of processes that start together, the first one's key is everybody's.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text().strip()


def secret_key(env: Environment) -> str:
    """The key that signs. Raises ImproperlyConfigured for one that can be guessed."""
    if env.secret_key is None:
        return stored_secret_key(env.data_dir)
    if len(env.secret_key) < 50 or len(set(env.secret_key)) < 5 or "insecure" in env.secret_key:
        raise ImproperlyConfigured("SECRET_KEY: at least 50 random characters, or leave it unset.")
    return env.secret_key


def allowed_hosts(env: Environment) -> list[str]:
    """Names that a request may ask for: the public one, else the bound host and this machine's own."""
    if env.allowed_hosts is not None:
        return list(env.allowed_hosts)
    if env.public_url:
        return [str(urlsplit(env.public_url).hostname)]
    return list(dict.fromkeys([env.host, "localhost", "127.0.0.1", "[::1]"]))


def trusted_proxies(env: Environment) -> list[str]:
    """Networks whose X-Forwarded-* is believed. With PUBLIC_URL that is this machine, unless said otherwise."""
    if env.trusted_proxies is not None:
        return list(env.trusted_proxies)
    return ["127.0.0.1", "::1"] if env.public_url else []


def refuse_what_is_unsafe_in_public(env: Environment) -> None:
    """Raises ImproperlyConfigured for what must not be reachable from outside."""
    hosts = allowed_hosts(env)
    if not hosts:
        raise ImproperlyConfigured("ALLOWED_HOSTS is empty: name the hosts, or leave it unset.")
    if env.public_url and "*" in hosts:
        raise ImproperlyConfigured("ALLOWED_HOSTS is * on a public site: name the hosts.")
    if env.public_url and env.debug:
        raise ImproperlyConfigured("DEBUG is on and PUBLIC_URL is set: it would show settings to everybody.")


SQLITE_OPTIONS: dict[str, Any] = {
    # Deferred transactions fail with "locked" when a reader turns writer; immediate ones wait their turn.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # No mmap_size: SQLite 3.40, which Debian 12 has, can reset the WAL under it.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;",
}


def database(env: Environment) -> dict[str, Any]:
    """Django's description of the database: SQLite under DATA_DIR unless DATABASE_URL says otherwise."""
    url = env.database_url or f"sqlite:///{env.data_dir.resolve() / 'db.sqlite3'}"
    sqlite = url.startswith("sqlite")
    # SQLite's connections live as long as their threads, which wire/handler.py keeps: to open one costs a
    # millisecond. PostgreSQL has a pool instead: a connection is a process there.
    config: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=None if sqlite else 0))
    extra = SQLITE_OPTIONS if sqlite else {"pool": {"min_size": 0, "max_size": 8, "timeout": 10}}
    return {**config, "OPTIONS": {**extra, **config.get("OPTIONS", {})}}


def mail(env: Environment) -> dict[str, Any]:
    """Django's mail settings: the server that EMAIL_URL names, else messages appear on the console."""
    if not env.email_url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(env.email_url)
    return {
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or {"smtp": 25, "smtps": 465, "submission": 587}[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "submission",
        "EMAIL_TIMEOUT": 10,
    }
