"""The truth as the settings name it: where it is, and how it is backed up, brought back and moved."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy import Engine

from ragapp.bootstrap.cachestore import build_cache_store
from ragapp.errors import StorageError, UsageError
from ragapp.protocols import BlobStore
from ragapp.settings import Settings
from ragapp.store.backup import DATABASE, Manifest, write_backup
from ragapp.store.blobs import BlobFolder
from ragapp.store.databases.database import damaged
from ragapp.store.engine import open_engine
from ragapp.store.moving import Moved, OnMoved, move
from ragapp.store.restore import restore_backup

OTHER_CONNECTIONS = 12
"""Of threads that answer no request: what warms up, tends views, looks after tasks."""


def open_database(settings: Settings) -> Engine:
    """With a connection for each thread, none of which needs two. Raises UsageError, StorageError."""
    _refuse_emptied(settings)
    return open_engine(settings.resolved_database_url, settings.request_threads + OTHER_CONNECTIONS)


def _refuse_emptied(settings: Settings) -> None:
    """SQLite takes an empty file for a new database. One beside documents' bytes was cut off.

    Raises StorageError.
    """
    file, blobs = settings.database_file, Path(settings.resolved_blobs)
    if file is None or not file.is_file() or file.stat().st_size > 0:
        return
    log = file.with_name(f"{file.name}-wal")
    if log.exists() and log.stat().st_size > 0:
        return
    if any(entry.is_file() for entry in blobs.rglob("*")):
        raise damaged(f"{file} is empty, but documents' bytes are kept in {blobs}")


def open_blobs(settings: Settings) -> BlobStore:
    """Raises UsageError, StorageError."""
    if not settings.resolved_blobs.startswith("s3://"):
        return BlobFolder(Path(settings.resolved_blobs))
    try:
        from ragapp.store.bucket import BlobBucket, BucketAddress  # noqa: PLC0415  most do without its client
    except ImportError as error:
        raise UsageError(f"S3 needs its client ({error}). Run `pip install 'ragapp[server]'`.") from None
    bucket = urlsplit(settings.resolved_blobs)
    if not bucket.netloc:
        raise UsageError("RAGAPP_BLOBS names no bucket. It is of the form s3://bucket/prefix.")
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


def back_up(settings: Settings, target: Path) -> Manifest:
    """Raises UsageError, NotFoundError, ConflictError, StorageError."""
    return write_backup(settings.data_dir / DATABASE, _own_folder(settings), target)


def restore(settings: Settings, source: Path, *, force: bool) -> Manifest:
    """Raises NotFoundError, UsageError, StorageError."""
    manifest = restore_backup(source, settings.data_dir, _own_folder(settings), force=force)
    _forget_served_answers(settings)
    return manifest


def migrate(settings: Settings, target: Settings, on_moved: OnMoved) -> Moved:
    """Copies everything that `settings` name to the empty database, and blobs, that `target` names.

    Raises UsageError, ConflictError, StorageError.
    """
    if settings.resolved_database_url == target.resolved_database_url:
        raise UsageError("That is the database that is in use already. Name another one with --to.")
    source_engine, target_engine = open_database(settings), open_database(target)
    try:
        moved = move(source_engine, open_blobs(settings), target_engine, open_blobs(target), on_moved)
    finally:
        source_engine.dispose()
        target_engine.dispose()
    _forget_served_answers(target)
    return moved


def _forget_served_answers(settings: Settings) -> None:
    """On a server there may be those of another past of these documents: their revisions count anew.

    Even while answers are not kept: they may be again.
    """
    if settings.redis_url is None:
        return
    try:
        with closing(build_cache_store(settings)) as store:
            store.clear()
    except StorageError as error:
        raise StorageError(
            f"The documents are there, but kept answers could not be removed: {error} Run "
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
