"""Copies of all that a running product holds: its database, its secret key, its files; and back.

Both are safe while the server writes: SQLite copies page by page through its own interface, PostgreSQL by a
snapshot; what is put back arrives in one transaction, in place of everything. An archive says of each of its
files what it must be, and is read to its end before anything is touched.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from costcalc.management import dumping

MANIFEST, DATABASE, KEY, MEDIA = "manifest.json", "database", "secret_key", "media"
FORMAT = 2


def back_up(path: Path) -> None:
    """Write the archive, readable by its owner only: it holds the secret key. Raises CommandError, OSError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.touch(mode=0o600)
        with tempfile.TemporaryDirectory() as temporary, tarfile.open(draft, "w:gz", compresslevel=6) as archive:
            folder = Path(temporary)
            dumping.dump(folder / DATABASE)
            sums = {name: _add(archive, source, name) for source, name in (*_kept(), (folder / DATABASE, DATABASE))}
            # Last: it says what each file became as it was read.
            (folder / MANIFEST).write_text(json.dumps({**_about(), "files": sums}))
            archive.add(folder / MANIFEST, MANIFEST)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _kept() -> Iterator[tuple[Path, str]]:
    if (settings.DATA_DIR / KEY).exists():
        yield settings.DATA_DIR / KEY, KEY
    media = Path(settings.MEDIA_ROOT)
    for path in sorted(media.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path, f"{MEDIA}/{path.relative_to(media)}"


def _about() -> dict[str, Any]:
    made = sorted(MigrationLoader(connection).applied_migrations)
    return {"format": FORMAT, "database": connection.vendor, "made_at": datetime.now(UTC).isoformat(), "schema": made}


class _Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        self.digest.update(piece)
        return piece


def _add(archive: tarfile.TarFile, source: Path, name: str) -> str:
    with source.open("rb") as file:
        hashed = _Hashed(file)
        archive.addfile(archive.gettarinfo(str(source), name), hashed)
    return hashed.digest.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """The archive's files in a folder, each as it was. Raises CommandError for what cannot be put back here."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        try:
            with tarfile.open(path, "r:gz") as archive:
                # Nothing outside the folder, no devices, no links that lead out.
                archive.extractall(folder, filter="data")
            manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        except (OSError, tarfile.TarError, EOFError, ValueError, zlib.error) as error:
            raise CommandError(f"{path} is no backup: {error}") from None
        _check(path, folder, manifest)
        yield folder


def _check(path: Path, folder: Path, manifest: dict[str, Any]) -> None:
    """Raises CommandError for an archive of another kind or release, or one that is damaged."""
    if manifest.get("format") != FORMAT:
        raise CommandError(f"{path} is a backup of another format.")
    if manifest.get("database") != connection.vendor:
        raise CommandError(f"{path} is of {manifest.get('database')}; this installation has {connection.vendor}.")
    there = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()} - {MANIFEST}
    wrong = there.symmetric_difference(manifest["files"])
    wrong |= {name for name in there - wrong if _sum(folder / name) != manifest["files"][name]}
    if wrong:
        raise CommandError(f"{path} is damaged: {', '.join(sorted(wrong)[:10])}. Nothing was changed.")
    known = MigrationLoader(None).disk_migrations
    apps = {app for app, _name in known}
    if newer := [f"{app}.{name}" for app, name in manifest["schema"] if app in apps and (app, name) not in known]:
        raise CommandError(f"{path} is of a newer release, which has {newer[0]}: install that first.")
    dumping.check(folder / DATABASE)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def restore(folder: Path) -> None:
    """Put an opened archive in place of everything: the database in one transaction, then the key and the files."""
    staged = settings.DATA_DIR / f".{MEDIA}.{os.getpid()}"
    shutil.rmtree(staged, ignore_errors=True)
    if (folder / MEDIA).exists():
        # What can run out of room runs out of it before anything is replaced.
        shutil.copytree(folder / MEDIA, staged)
    dumping.put_back(folder / DATABASE)
    if (folder / KEY).exists():
        _replace_key(folder / KEY)
    _replace_media(staged)


def _replace_key(source: Path) -> None:
    draft = settings.DATA_DIR / f".{KEY}.{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_bytes(source.read_bytes())
    draft.replace(settings.DATA_DIR / KEY)


def _replace_media(staged: Path) -> None:
    """Files that the archive has not are gone: they are in the backup of what was there before."""
    media, old = Path(settings.MEDIA_ROOT), settings.DATA_DIR / f".{MEDIA}.old.{os.getpid()}"
    if media.exists():
        media.rename(old)
    if staged.exists():
        staged.rename(media)
    shutil.rmtree(old, ignore_errors=True)
