"""The built-in provider alone, for servers in processes of their own."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from costcalc.streaming.sample import APP
from costcalc.wire.dispatch import Dispatch
from costcalc.wire.drain import drain
from costcalc.wire.lifespan import Lifespan
from costcalc.wire.raw import healthz
from tests.wire.asgi import swallow

application = Lifespan(Dispatch({"/sample/": APP, "/healthz": healthz}, default=swallow), drain, None)
