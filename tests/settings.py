"""The product's own settings, on a data folder of the tests' and without the developer's variables."""

import os
from pathlib import Path

OURS = (
    "SIGNUP",
    "EMAIL_URL",
    "EMAIL_FROM",
    "HOST",
    "PORT",
    "WORKERS",
    "PUBLIC_URL",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DEBUG",
    "TRUSTED_PROXIES",
    "PROVIDERS",
    "PRIVATE_PROVIDERS",
    "WEBHOOK_HOSTS",
    *(name for name in os.environ if name.startswith("PROVIDER_KEY_")),
)
for name in OURS:
    os.environ.pop(name, None)
# Kept between runs, so that static files are compressed once, not in each.
os.environ["DATA_DIR"] = str(Path(__file__).resolve().parent.parent / ".cache" / "tests")
# All tests come from one address; those of the limit set their own.
os.environ["RATE_LIMIT"] = "off"
# Tests go the rounds themselves.
os.environ["ROUNDS"] = "no"

from costcalc.settings import *  # noqa: E402, F403 (the product's settings, once the environment is set)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
