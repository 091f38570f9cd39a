"""Restoring a backup: everything is verified before the data folder is changed."""

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
from ragapp.files.atomic import sync_folder
from ragapp.files.permissions import FILE_MODE, private_folder
from ragapp.store.backup import BLOBS, DATABASE, FORMAT, MANIFEST, BackupManifest, sha256_of
from ragapp.store.engine import known_revisions
from ragapp.store.file_blobs import BlobFolder

_NAMES = re.compile(rf"{re.escape(MANIFEST)}|{re.escape(DATABASE)}|{BLOBS}[0-9a-f]{{64}}")
_MANIFEST_BYTES = 400
"""The most bytes that a file may take in the manifest, for its name and digest."""

DERIVED = ("views", "cache")
"""Folders that are derived from the database and do not fit another one."""


def restore_backup(source: Path, data_dir: Path, blobs: BlobFolder, *, force: bool) -> BackupManifest:
    """Restores the backup's database to `data_dir` and its blobs to `blobs`, which must not be in use.

    Raises NotFoundError; UsageError when there are documents and not `force`, or the backup was created by a
    newer ragapp; StorageError when it is damaged or the disk is full. The folder is then unchanged.
    """
    if not source.is_file():
        raise NotFoundError(f"The file {source} does not exist. Check its name.")
    if (data_dir / DATABASE).exists() and not force:
        raise UsageError(
            f"{data_dir} already holds documents. Use --force to replace them with those of {source}."
        )
    try:
        private_folder(data_dir)
        with TemporaryDirectory(dir=data_dir, prefix="restoring-") as folder:
            staging = Path(folder)
            manifest = _unpacked(source, staging)
            _put_in_place(manifest, staging, data_dir, blobs)
            return manifest
    except OSError as error:
        raise StorageError(f"{source} could not be restored: {error}.") from error


def _unpacked(source: Path, staging: Path) -> BackupManifest:
    """Unpacks the backup into `staging`, and verifies it."""
    try:
        with source.open("rb") as file:
            files = _extract(file, source.stat().st_size, staging)
        manifest = _manifest(staging / MANIFEST, files)
    except (tarfile.TarError, FileNotFoundError, ValueError, TypeError) as error:
        raise StorageError(f"{source} is not a complete backup: {error}. Restore another one.") from error
    if manifest.format != FORMAT or manifest.schema not in known_revisions():
        raise UsageError(f"{source} was created by a newer ragapp. Update this one, then restore.")
    for name, sha256 in manifest.files.items():
        if not (staging / name).is_file() or sha256_of(staging / name) != sha256:
            raise StorageError(f"{source} is damaged: {name} has changed. Restore another backup.")
    _check_database(source, staging, manifest)
    return manifest


def _extract(file: BinaryIO, left: int, staging: Path) -> int:
    """Writes the files of the tar, which cannot have more bytes than the tar; returns their number.

    Raises TarError, ValueError.
    """
    files = 0
    with tarfile.open(fileobj=BoundedReads(file), mode="r:") as tar:  # type: ignore[call-overload]
        for member in tar:
            tar.members.clear()  # the library would keep all of them in memory
            left -= member.size
            if not (member.isreg() and _NAMES.fullmatch(member.name)) or member.issparse() or left < 0:
                raise tarfile.ReadError(f"it holds {member.name[:100]!r}, which is not part of a backup")
            tar.extract(member, staging, filter="data")
            files += 1
    return files


def _manifest(path: Path, files: int) -> BackupManifest:
    """Raises FileNotFoundError, ValueError, TypeError."""
    if path.stat().st_size > _MANIFEST_BYTES * (files + 1):
        raise ValueError("its manifest names more files than it has")
    return BackupManifest(**json.loads(path.read_text()))


def _check_database(source: Path, staging: Path, manifest: BackupManifest) -> None:
    with closing(sqlite3.connect(staging / DATABASE)) as c:
        sound = c.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        named = {BLOBS + row[0] for row in c.execute("SELECT sha256 FROM blobs")}
    if not sound or named - manifest.files.keys():
        raise StorageError(f"{source} is damaged: its database is incomplete. Restore another backup.")


def _put_in_place(manifest: BackupManifest, staging: Path, data_dir: Path, blobs: BlobFolder) -> None:
    """Blobs first: they are named by their content, so they do not affect the former database."""
    restored = {sha256 for name, sha256 in manifest.files.items() if name.startswith(BLOBS)}
    for sha256 in restored:
        with (staging / BLOBS / sha256).open("rb") as data:
            blobs.put(data, limit=(staging / BLOBS / sha256).stat().st_size)
    for derived in DERIVED:
        shutil.rmtree(data_dir / derived, ignore_errors=True)
    _remove_log(data_dir / DATABASE)
    (staging / DATABASE).chmod(FILE_MODE)  # the backup may have other permissions
    with (staging / DATABASE).open("rb") as file:
        os.fsync(file.fileno())
    (staging / DATABASE).replace(data_dir / DATABASE)
    sync_folder(data_dir)
    for stray in set(blobs.all()) - restored:
        blobs.delete(stray)


def _remove_log(database: Path) -> None:
    """Removes the log, which SQLite would apply to the new database. Its content is written to the former
    database first, so that this is complete until it is replaced."""
    if database.exists():
        # A damaged database is replaced anyway.
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(database)) as c:
            c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for log in ("-wal", "-shm"):
        database.with_name(database.name + log).unlink(missing_ok=True)
