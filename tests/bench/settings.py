"""The product's own settings, with one more page: a bare one to compare with."""

from costcalc.environment import BASE_DIR
from costcalc.settings import *  # noqa: F403 (settings extend settings so)
from costcalc.settings import TEMPLATES

ROOT_URLCONF = "tests.bench.urls"
TEMPLATES[0]["DIRS"] = [BASE_DIR / "templates", BASE_DIR / "tests" / "bench" / "templates"]
