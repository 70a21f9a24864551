"""Django's settings. What the environment decides is read in `environment.py`."""

from django.utils.translation import gettext_lazy as _

from costcalc import environment
from costcalc.environment import (
    allowed_hosts,
    database,
    mail,
    provider_keys,
    read_environment,
    refuse_what_is_unsafe_in_public,
    secret_key,
    trusted_proxies,
)

BASE_DIR = environment.BASE_DIR
ENV = read_environment()
refuse_what_is_unsafe_in_public(ENV)
HTTPS = ENV.public_url.startswith("https://")

DEBUG = ENV.debug
SECRET_KEY = secret_key(ENV)
ALLOWED_HOSTS = allowed_hosts(ENV)
DATA_DIR = ENV.data_dir.resolve()
TRUSTED_PROXIES = trusted_proxies(ENV)
RATE_LIMIT: int | None = None if ENV.rate_limit == "off" else ENV.rate_limit
PROVIDERS, PRIVATE_PROVIDERS = ENV.providers, ENV.private_providers
PROVIDER_KEYS = provider_keys()
ROUNDS = ENV.rounds
WEBHOOK_HOSTS = ENV.webhook_hosts

INSTALLED_APPS = [
    "costcalc.apps.CostcalcConfig",
    "costcalc.wire",
    "costcalc.accounts",
    "costcalc.catalog",
    "costcalc.scenarios",
    "costcalc.streaming",
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
    "costcalc.wire.middleware.too_large_for_people",
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
ACCOUNT_RATE_LIMITS = {
    "login_failed": "30/10m/ip,5/5m/key",
    "invite": "30/h/user",
    "new_address": "5/h/user",
    "digest": "5/h/user",
}

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
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "costcalc.wire.bundle.Bundle",
]
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
# Bodies are bounded by their path before Django reads them (asgi.BODY_LIMITS): this is the largest that is JSON.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

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
