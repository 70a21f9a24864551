"""The charts' library for the browser: made from what is installed, once a version, and found like a static file."""

from __future__ import annotations

import os
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseStorageFinder
from django.core.files.storage import FileSystemStorage

NAME = "vega/vega.js"
PACKAGE = "vl-convert-python"
# A bundle has its licences' notices stripped.
NOTICE = (
    "/* Vega, Vega-Lite, Vega-Embed and Vega-Tooltip: BSD 3-Clause, © University of Washington Interactive Data Lab; "
    "D3: ISC, © Mike Bostock. */\n"
)


class Generated(FileSystemStorage):
    """A folder that holds the bundle as soon as somebody looks into it."""

    def exists(self, name: str) -> bool:
        """Whether there is such a file, the bundle made."""
        self.make()
        return super().exists(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Folders and files, the bundle made."""
        self.make()
        return super().listdir(path)

    def make(self) -> None:
        """Make the bundle where it is not (1.4 s). Whoever makes it at the same time makes the same."""
        place = Path(self.path(NAME))
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            _write(place)


class Bundle(BaseStorageFinder):
    """Finds the bundle of the installed version as `vega/vega.js`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = Generated(settings.DATA_DIR / "generated" / version(PACKAGE))
        super().__init__(*args, **kwargs)


def _write(place: Path) -> None:
    import vl_convert

    with tempfile.NamedTemporaryFile("w", dir=place.parent, delete=False, encoding="utf-8") as half:
        half.write(NOTICE + vl_convert.javascript_bundle("export default vegaEmbed;"))
    # As old as what it is made from, whenever it is made: nothing is collected anew for its sake.
    made_of = Path(vl_convert.__file__).stat()
    os.utime(half.name, ns=(made_of.st_mtime_ns, made_of.st_mtime_ns))
    Path(half.name).chmod(0o644)
    Path(half.name).replace(place)
