"""Settings, and the one place where environment variables are read.

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
from django.utils.translation import gettext_lazy as _
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent
Words = Annotated[tuple[str, ...], NoDecode]


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

    @field_validator("allowed_hosts", "trusted_proxies", mode="before")
    @classmethod
    def split_at_commas(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def are_networks(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for network in value or ():
            ip_network(network)
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
        folder.mkdir(parents=True, exist_ok=True)
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
    config: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=0))
    sqlite = config["ENGINE"].endswith("sqlite3")
    # A pool rather than persistent connections: under ASGI those would be one a thread, for ever.
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


ENV = read_environment()
refuse_what_is_unsafe_in_public(ENV)
HTTPS = ENV.public_url.startswith("https://")

DEBUG = ENV.debug
SECRET_KEY = secret_key(ENV)
ALLOWED_HOSTS = allowed_hosts(ENV)
DATA_DIR = ENV.data_dir.resolve()
TRUSTED_PROXIES = trusted_proxies(ENV)
RATE_LIMIT: int | None = None if ENV.rate_limit == "off" else ENV.rate_limit

INSTALLED_APPS = [
    "costcalc.apps.CostcalcConfig",
    "costcalc.wire",
    "costcalc.accounts",
    "costcalc.catalog",
    "costcalc.scenarios",
    "migrations_app.apps.PlannerConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "costcalc.apps.OwnStaticFilesConfig",
    "django_htmx",
    "template_partials",
    "ninja",
]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "costcalc.accounts.passwords.LengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# All of them run in one thread hop, inside `wire.handler`; what streams is dispatched before Django.
MIDDLEWARE = [
    "costcalc.wire.middleware.problems_for_machines",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "costcalc.accounts.preferences.as_preferred",
]

ROOT_URLCONF = "costcalc.urls"
ASGI_APPLICATION = "costcalc.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"formatting": "costcalc.formatting"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "costcalc.accounts.header.header",
            ],
        },
    },
]

DATABASES = {"default": database(ENV)}

# In the database, so that what one worker counts all workers know: failed sign-ins above all.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        # When there are more, live ones are dropped too: so many that no guesser can make others forget.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

SIGNUP = ENV.signup
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "costcalc.accounts.entrance.Adapter"
ACCOUNT_FORMS = {
    "login": "costcalc.accounts.entrance.LoginForm",
    "signup": "costcalc.accounts.entrance.SignupForm",
    "reset_password": "costcalc.accounts.entrance.ResetForm",
    "reset_password_from_key": "costcalc.accounts.entrance.NewPasswordForm",
    "change_password": "costcalc.accounts.entrance.ChangePasswordForm",
    "set_password": "costcalc.accounts.entrance.SetPasswordForm",
    "reauthenticate": "costcalc.accounts.entrance.PasswordAgainForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# No address is confirmed: nobody may do more for having one. Who is let into a workspace holds an invitation's link.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "costcalc: "
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# What one address, or one account, may try; counted in the shared cache.
ACCOUNT_RATE_LIMITS = {"login_failed": "30/10m/ip,5/5m/key", "invite": "30/h/user", "new_address": "5/h/user"}

globals().update(mail(ENV))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.email_from
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("vi", _("Vietnamese"))]
FORMAT_MODULE_PATH = ["costcalc.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "costcalc.wire.storage.HashedFiles"},
}
# Only the hashed names are ever linked to; anything else would be cached under a name that changes.
SERVESTATIC_KEEP_ONLY_HASHED_FILES = True
SERVESTATIC_USE_ZSTD = False
MEDIA_ROOT = DATA_DIR / "media"

SELF = "'self'"
NONE = "'none'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
# A load balancer asks from inside, over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Whether sub-domains and browsers' preload lists are bound too is the domain owner's decision, not ours.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 30 * 24 * 3600
CSRF_FAILURE_VIEW = "costcalc.wire.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [ENV.public_url] if ENV.public_url else []

MAX_BODY_BYTES = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # A 404 is a visitor's business, not the operator's.
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
