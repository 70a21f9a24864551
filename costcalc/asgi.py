"""The ASGI application: what is hot or streams is answered before Django, and all of it protected."""

import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from servestatic import ServeStaticASGI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from costcalc.streaming.doctor.forms import LARGEST_BODY
from costcalc.streaming.relay import APP as RELAY
from costcalc.streaming.relay.socket import APP as RELAY_SOCKET
from costcalc.streaming.sample import APP as SAMPLE
from costcalc.wire.bounds import Bounds
from costcalc.wire.dispatch import Dispatch
from costcalc.wire.drain import drain
from costcalc.wire.handler import django_application
from costcalc.wire.headers import ALWAYS, ProtectiveHeaders, hsts
from costcalc.wire.inside import inside
from costcalc.wire.lifespan import Lifespan
from costcalc.wire.raw import App, healthz, nothing
from costcalc.wire.watchdog import Watchdog
from migrations_app.going_round import going_round
from migrations_app.live.app import APP as LIVE
from migrations_app.playbook.template import LARGEST as LARGEST_TEMPLATE
from migrations_app.rules.documents import LARGEST_FILE as LARGEST_DOCUMENT
from migrations_app.rules.stepping import LARGEST_FILE

if TYPE_CHECKING:
    from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "costcalc.settings")

# Paths answered before Django: "/x/" owns all under it, "/x" only itself.
RAW_ROUTES: dict[str, App] = {
    "/healthz": healthz,
    "/live/plans/": LIVE,
    "/sample/": SAMPLE,
    "/stream/runs": RELAY,
    "/stream/runs/": RELAY,
}
# Where WebSockets are answered; anywhere else there is none.
SOCKETS: dict[str, App] = {"/stream/runs/": RELAY_SOCKET}
# Paths whose bodies may be other than settings.MAX_BODY_BYTES.
BODY_LIMITS: dict[str, int] = {
    "/api/v1/plan-documents": LARGEST_DOCUMENT,
    "/api/v1/plan-files/": LARGEST_FILE,
    "/api/v1/plan-templates": LARGEST_TEMPLATE,
    "/api/v1/estimate": 256 * 1024,
    # A file of evidence, with what a form puts around it.
    "/plans/files/": LARGEST_FILE + 64 * 1024,
    "/plans/import/": LARGEST_DOCUMENT + 64 * 1024,
    "/sample/": 256 * 1024,
    "/stream/doctor/": LARGEST_BODY,
    "/stream/runs": 512 * 1024,
}


def static_files(app: App) -> App:
    """Serve static files: as `collectstatic` left them, or while developing as they are."""
    if settings.DEBUG:
        return ASGIStaticFilesHandler(cast("ASGIHandler", app))
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    files: App = ServeStaticASGI(app, root=settings.STATIC_ROOT, prefix=settings.STATIC_URL, allow_all_origins=False)
    return files


def build() -> App:
    """The whole application, outermost last: Django, routes, files, bounds, the client's address, headers."""
    routes = Dispatch(RAW_ROUTES, default=django_application(), sockets=SOCKETS)
    bounded: App = Bounds(static_files(routes), settings.MAX_BODY_BYTES, BODY_LIMITS)
    addressed = ProxyHeadersMiddleware(bounded, settings.TRUSTED_PROXIES)
    protected = ProtectiveHeaders(addressed, {**ALWAYS, **hsts(settings.SECURE_HSTS_SECONDS)})
    return Lifespan(protected, drain, None if settings.DEBUG else Watchdog(), beside)


@asynccontextmanager
async def beside() -> AsyncIterator[None]:
    """What a worker does beside answering."""
    async with among_workers(), going_round():
        yield


def among_workers() -> AbstractAsyncContextManager[None]:
    """The raw routes alone, for this worker's own door."""
    return inside.served(Dispatch(RAW_ROUTES, default=nothing, sockets=SOCKETS), settings.DATA_DIR / "sockets")


application = build()
