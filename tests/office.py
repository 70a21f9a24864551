"""LibreOffice, which recalculates workbooks for tests; imports nothing of the product."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

NAMES = ("soffice", "libreoffice")
# Always compute: what was written into the file is not believed.
LOADING = "/org.openoffice.Office.Calc/Formula/Load"
SETTINGS = f"""<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="{LOADING}"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def office() -> str:
    """The path of a LibreOffice. Fails the test when there is none; `OFFICE=none` skips it, and says so."""
    if os.environ.get("OFFICE") == "none":
        pytest.skip("NOT RECALCULATED: OFFICE=none")
    found = next(filter(None, map(shutil.which, filter(None, [os.environ.get("SOFFICE"), *NAMES]))), None)
    if found is None:
        pytest.fail("No LibreOffice: install one, name it in SOFFICE, or set OFFICE=none to go without.")
    return found


def recalculated(files: Sequence[Path], folder: Path) -> dict[str, Workbook]:
    """Each workbook with the values that LibreOffice computes, by its name; one start for all of them."""
    profile, out = folder / "profile", folder / "out"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS)
    command = [office(), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", "xlsx", "--outdir", str(out), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {file.name: load_workbook(out / file.name, data_only=True) for file in files}
