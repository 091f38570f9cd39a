"""Restoring a backup: everything is verified before anything of the data folder is touched."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import tarfile
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from ragapp.errors import NotFoundError, StorageError, UsageError
from ragapp.fetching.bounded import BoundedReads
from ragapp.files.permissions import FILE_MODE, private_folder
from ragapp.store.atomic_files import sync_folder
from ragapp.store.backup import BLOBS, DATABASE, FORMAT, MANIFEST, Manifest, sha256_of
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.revisions import known_revisions

_NAMES = re.compile(rf"{re.escape(MANIFEST)}|{re.escape(DATABASE)}|{BLOBS}[0-9a-f]{{64}}")
_MANIFEST_BYTES = 400
"""More than a file takes in the manifest: its name and its digest."""

DERIVED = ("views", "cache")
"""Folders that are made from the database, and would not fit another one."""


def restore_backup(source: Path, data_dir: Path, blobs: BlobFolder, *, force: bool) -> Manifest:
    """Puts the backup's database into `data_dir`, its blobs into `blobs`. Nothing may use them meanwhile.

    Raises NotFoundError; UsageError when there are documents already and not `force`, or the backup is
    of a newer ragapp; StorageError when it is damaged or the disk is full. The folder is then as it was.
    """
    if not source.is_file():
        raise NotFoundError(f"There is no file {source}. Check its name.")
    if (data_dir / DATABASE).exists() and not force:
        raise UsageError(f"{data_dir} holds documents already. --force replaces them with those of {source}.")
    try:
        private_folder(data_dir)
        with TemporaryDirectory(dir=data_dir, prefix="restoring-") as folder:
            staging = Path(folder)
            manifest = _unpacked(source, staging)
            _put_in_place(manifest, staging, data_dir, blobs)
            return manifest
    except OSError as error:
        raise StorageError(f"{source} could not be restored: {error}.") from error


def _unpacked(source: Path, staging: Path) -> Manifest:
    """The backup's files in `staging`, each as its manifest says."""
    try:
        with source.open("rb") as file:
            files = _extract(file, source.stat().st_size, staging)
        manifest = _manifest(staging / MANIFEST, files)
    except (tarfile.TarError, FileNotFoundError, ValueError, TypeError) as error:
        raise StorageError(f"{source} is no whole backup: {error}. Restore another one.") from error
    if manifest.format != FORMAT or manifest.schema not in known_revisions():
        raise UsageError(f"{source} was made by a newer ragapp. Update this one, then restore.")
    for name, sha256 in manifest.files.items():
        if not (staging / name).is_file() or sha256_of(staging / name) != sha256:
            raise StorageError(f"{source} is damaged: {name} is not as it was. Restore another backup.")
    _check_database(source, staging, manifest)
    return manifest


def _extract(file: BinaryIO, left: int, staging: Path) -> int:
    """Writes the files of the tar, which together cannot have more bytes than the tar; how many they are.

    Raises TarError, ValueError.
    """
    files = 0
    with tarfile.open(fileobj=BoundedReads(file), mode="r:") as tar:  # type: ignore[call-overload]
        for member in tar:
            tar.members.clear()  # it would remember all of them
            left -= member.size
            if not (member.isreg() and _NAMES.fullmatch(member.name)) or member.issparse() or left < 0:
                raise tarfile.ReadError(f"it holds {member.name[:100]!r}, which no backup does")
            tar.extract(member, staging, filter="data")
            files += 1
    return files


def _manifest(path: Path, files: int) -> Manifest:
    """Raises FileNotFoundError, ValueError, TypeError."""
    if path.stat().st_size > _MANIFEST_BYTES * (files + 1):
        raise ValueError("its manifest names more files than it has")
    return Manifest(**json.loads(path.read_text()))


def _check_database(source: Path, staging: Path, manifest: Manifest) -> None:
    with closing(sqlite3.connect(staging / DATABASE)) as c:
        sound = c.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        named = {BLOBS + row[0] for row in c.execute("SELECT sha256 FROM blobs")}
    if not sound or named - manifest.files.keys():
        raise StorageError(f"{source} is damaged: its database is not whole. Restore another backup.")


def _put_in_place(manifest: Manifest, staging: Path, data_dir: Path, blobs: BlobFolder) -> None:
    """Blobs go first: they have the names of their contents, so they disturb no database."""
    kept = {sha256 for name, sha256 in manifest.files.items() if name.startswith(BLOBS)}
    for sha256 in kept:
        with (staging / BLOBS / sha256).open("rb") as data:
            blobs.put(data, limit=(staging / BLOBS / sha256).stat().st_size)
    for derived in DERIVED:
        shutil.rmtree(data_dir / derived, ignore_errors=True)
    _remove_log(data_dir / DATABASE)
    (staging / DATABASE).chmod(FILE_MODE)  # a backup may say otherwise
    with (staging / DATABASE).open("rb") as file:
        os.fsync(file.fileno())
    (staging / DATABASE).replace(data_dir / DATABASE)
    sync_folder(data_dir)
    for stray in set(blobs.all()) - kept:
        blobs.delete(stray)


def _remove_log(database: Path) -> None:
    """SQLite would play it into the new database. What it holds goes into the former one first: until that is
    replaced, it is whole."""
    if database.exists():
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(database)) as c:  # damaged: so be it
            c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for log in ("-wal", "-shm"):
        database.with_name(database.name + log).unlink(missing_ok=True)
