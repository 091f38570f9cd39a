"""Backups: a tar with every blob, the database, and a manifest of their digests, written while ragapp runs.

The manifest comes last, so a file without a manifest is not a complete backup.
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ragapp.errors import ConflictError, NotFoundError, StorageError, UsageError
from ragapp.files.atomic import replacing
from ragapp.files.permissions import FILE_MODE
from ragapp.store.databases.sqlite import damage_in
from ragapp.store.file_blobs import BlobFolder

FORMAT = 1
MANIFEST, DATABASE, BLOBS = "manifest.json", "ragapp.db", "blobs/"
ATTEMPTS = 10
"""When a document is deleted while its bytes are read, the database is copied again."""


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """The manifest of a backup: the database revision `schema`, and the sha256 of each file by its name in
    the tar.
    """

    format: int
    made_at: str
    schema: str
    files: dict[str, str]


def write_backup(database: Path, blobs: BlobFolder, target: Path) -> BackupManifest:
    """Writes a complete backup to `target`, or nothing.

    Raises NotFoundError when there is no database, UsageError when `target` exists or its folder does not,
    ConflictError when documents are being deleted continually, StorageError when the disk is full or the
    database is damaged.
    """
    if not database.exists():
        raise NotFoundError(f"There is nothing to back up in {database.parent}. Check --data-dir.")
    if target.exists():
        raise UsageError(f"{target} already exists. Choose another name.")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"The folder {target.parent} does not exist. Create it, or choose another one.")
    try:
        with (
            TemporaryDirectory(dir=target.absolute().parent, prefix=".ragapp-backup-") as folder,
            replacing(target) as file,
            tarfile.open(fileobj=file, mode="w") as tar,
        ):
            return _write(database, blobs, tar, Path(folder) / DATABASE)
    except (OSError, sqlite3.Error) as error:
        if damage := damage_in(error):
            raise damage from error
        raise StorageError(f"Cannot write {target}: {error}. Free some space there and try again.") from error


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(database: Path, blobs: BlobFolder, tar: tarfile.TarFile, copy: Path) -> BackupManifest:
    added: set[str] = set()
    for _ in range(ATTEMPTS):
        copy.unlink(missing_ok=True)
        schema, named = _copy_database(database, copy)
        if all(_add_blob(tar, blobs, sha256, added) for sha256 in named):
            tar.add(copy, DATABASE, filter=_private)
            files = {BLOBS + sha256: sha256 for sha256 in named} | {DATABASE: sha256_of(copy)}
            manifest = BackupManifest(FORMAT, datetime.now(UTC).isoformat(), schema, files)
            _add_text(tar, MANIFEST, json.dumps(asdict(manifest)))
            return manifest
    raise ConflictError(
        "The bytes of some documents are missing. If documents are being deleted now, try again later. "
        "Otherwise run `ragapp doctor` to see which documents to upload again."
    )


def _copy_database(database: Path, copy: Path) -> tuple[str, list[str]]:
    """Copies a consistent snapshot of the database; returns its revision and the blobs that it refers to."""
    with closing(sqlite3.connect(database, timeout=60)) as live:
        live.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(copy)) as c:
        (schema,) = c.execute("SELECT version_num FROM alembic_version").fetchone()
        return schema, [row[0] for row in c.execute("SELECT sha256 FROM blobs ORDER BY sha256")]


def _add_blob(tar: tarfile.TarFile, blobs: BlobFolder, sha256: str, added: set[str]) -> bool:
    """False when the blob does not exist: its document was deleted after the database was copied."""
    if sha256 not in added:
        try:
            tar.add(blobs.path(sha256), BLOBS + sha256, filter=_private)
        except FileNotFoundError:
            return False
        added.add(sha256)
    return True


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(text.encode())
    tar.addfile(_private(member), io.BytesIO(text.encode()))


def _private(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Files that are unpacked by hand are readable by their owner alone."""
    member.mode = FILE_MODE
    return member
