"""Opens, backs up, restores and migrates the database and blobs that the settings name."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy import Engine

from ragapp.bootstrap.cache import build_cache_store
from ragapp.errors import StorageError, UsageError
from ragapp.protocols import BlobStore
from ragapp.settings import Settings
from ragapp.store.backup import DATABASE, BackupManifest, write_backup
from ragapp.store.databases.database import damaged
from ragapp.store.engine import open_engine
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.migrate_data import Moved, OnMoved, move
from ragapp.store.restore import restore_backup

OTHER_CONNECTIONS = 12
"""Database connections of threads that serve no request: warm-up, index maintenance, tasks."""


def open_database(settings: Settings) -> Engine:
    """Opens the database with one connection for each thread. Raises UsageError, StorageError."""
    _refuse_emptied(settings)
    return open_engine(settings.resolved_database_url, settings.request_threads + OTHER_CONNECTIONS)


def _refuse_emptied(settings: Settings) -> None:
    """SQLite would take an empty file for a new database, but next to blobs it is a truncated one.

    Raises StorageError.
    """
    file, blobs = settings.database_file, Path(settings.resolved_blobs)
    if file is None or not file.is_file() or file.stat().st_size > 0:
        return
    log = file.with_name(f"{file.name}-wal")
    if log.exists() and log.stat().st_size > 0:
        return
    if any(entry.is_file() for entry in blobs.rglob("*")):
        raise damaged(f"{file} is empty, but there are documents' bytes in {blobs}")


def open_blobs(settings: Settings) -> BlobStore:
    """Opens the configured store of blobs. Raises UsageError, StorageError."""
    if not settings.resolved_blobs.startswith("s3://"):
        return BlobFolder(Path(settings.resolved_blobs))
    try:
        from ragapp.store.s3_blobs import BlobBucket, BucketAddress  # noqa: PLC0415  optional dependency
    except ImportError as error:
        raise UsageError(f"S3 needs its client ({error}). Run `pip install 'ragapp[server]'`.") from None
    bucket = urlsplit(settings.resolved_blobs)
    if not bucket.netloc:
        raise UsageError("RAGAPP_BLOBS does not name a bucket. Set it to the form s3://bucket/prefix.")
    return BlobBucket(
        BucketAddress(
            bucket=bucket.netloc,
            prefix=bucket.path.strip("/"),
            endpoint=settings.s3_endpoint,
            region=settings.s3_region,
            access_key_id=_revealed(settings.s3_access_key_id),
            secret_access_key=_revealed(settings.s3_secret_access_key),
        )
    )


def back_up(settings: Settings, target: Path) -> BackupManifest:
    """Writes a backup of the data folder. Raises UsageError, NotFoundError, ConflictError, StorageError."""
    return write_backup(settings.data_dir / DATABASE, _own_folder(settings), target)


def restore(settings: Settings, source: Path, *, force: bool) -> BackupManifest:
    """Restores a backup into the data folder. Raises NotFoundError, UsageError, StorageError."""
    manifest = restore_backup(source, settings.data_dir, _own_folder(settings), force=force)
    _clear_shared_cache(settings)
    return manifest


def migrate(settings: Settings, target: Settings, on_moved: OnMoved) -> Moved:
    """Copies everything from the database and blobs of `settings` to the empty ones of `target`.

    Raises UsageError, ConflictError, StorageError.
    """
    if settings.resolved_database_url == target.resolved_database_url:
        raise UsageError("This database is in use already. Name another one with --to.")
    source_engine, target_engine = open_database(settings), open_database(target)
    try:
        moved = move(source_engine, open_blobs(settings), target_engine, open_blobs(target), on_moved)
    finally:
        source_engine.dispose()
        target_engine.dispose()
    _clear_shared_cache(target)
    return moved


def _clear_shared_cache(settings: Settings) -> None:
    """Clears a cache outside of the data folder: it may hold answers from another history of these documents.

    It is cleared even if the cache is switched off now, because it may be switched on again.
    """
    if settings.resolved_cache_store == "sqlite":
        return
    try:
        with closing(build_cache_store(settings)) as store:
            store.clear()
    except StorageError as error:
        raise StorageError(
            f"The documents are in place, but cached answers could not be removed: {error} Run "
            "`ragapp cache clear` before anything is asked."
        ) from error


def _own_folder(settings: Settings) -> BlobFolder:
    if settings.database_url is not None:
        raise UsageError(
            "RAGAPP_DATABASE_URL is set: back that database up with its own tools (pg_dump), and then copy "
            f"{settings.resolved_blobs}. In this order the copy has every blob that its database names."
        )
    if settings.resolved_blobs.startswith("s3://"):
        raise UsageError(
            f"RAGAPP_BLOBS is set: copy {settings.data_dir / DATABASE} while nothing runs, and keep versions "
            f"of {settings.resolved_blobs} with the bucket's own tools."
        )
    return BlobFolder(Path(settings.resolved_blobs))


def _revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
