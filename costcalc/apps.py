from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class CostcalcConfig(AppConfig):
    """The project itself, installed so that its translations and commands are found."""

    name = "costcalc"
    label = "costcalc"


class OwnStaticFilesConfig(StaticFilesConfig):
    """Static files without what no page of ours uses: libraries' source maps, a second API browser."""

    ignore_patterns = ["CVS", ".*", "*~", "*.map", "redoc*"]
