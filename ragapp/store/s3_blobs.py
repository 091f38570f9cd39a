"""Blobs in a bucket of S3 or of a compatible server."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from ragapp.errors import NotFoundError, StorageError, StorageUnavailable
from ragapp.store.file_blobs import READ_SIZE, copy_and_hash, sha256_of
from ragapp.types import Blob

if TYPE_CHECKING:
    from obstore.store import S3Config
    from typing_extensions import Buffer

CONNECT_SECONDS = 5
RETRY_SECONDS = 20
"""How long requests are retried when the server does not respond. It is short, because people wait."""


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """The address of a bucket and its credentials. Fields that are None come from the usual AWS sources:
    environment, profile or instance role.
    """

    bucket: str
    prefix: str
    endpoint: str | None
    region: str | None
    access_key_id: str | None
    secret_access_key: str | None


class BlobBucket:
    """Blobs in a bucket. A put is one request, or a multipart upload that is completed at once: partial blobs
    are never visible.
    """

    def __init__(self, address: BucketAddress) -> None:
        self._name = f"s3://{address.bucket}/{address.prefix}".rstrip("/")
        given: dict[str, str | bool | None] = {
            "disable_bulk_delete": True,  # not every server supports it, and we delete one by one
            "endpoint": address.endpoint,
            "region": address.region,
            "access_key_id": address.access_key_id,
            "secret_access_key": address.secret_access_key,
        }
        with self.errors():
            self._store = S3Store(
                address.bucket,
                prefix=address.prefix or None,
                config=cast("S3Config", {name: value for name, value in given.items() if value is not None}),
                client_options={
                    "allow_http": (address.endpoint or "").startswith("http://"),
                    "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                },
                retry_config={"retry_timeout": timedelta(seconds=RETRY_SECONDS)},
            )

    def put(self, data: BinaryIO, limit: int) -> Blob:
        """Stores the stream. Since a blob is named by its hash, it is copied to a temporary file before it is
        sent.
        """
        with TemporaryFile() as spooled:
            blob = copy_and_hash(data, spooled, limit)
            spooled.seek(0)
            with self.errors():
                obstore.put(self._store, _key(blob.sha256), spooled)
        return blob

    def exists(self, sha256: str) -> bool:
        return self._put_at(sha256) is not None

    def open(self, sha256: str) -> BinaryIO:
        with self.errors():
            reader = obstore.open_reader(self._store, _key(sha256), buffer_size=READ_SIZE)
        return io.BufferedReader(_RemoteFile(reader, self), READ_SIZE)

    def delete(self, sha256: str) -> None:
        with suppress(NotFoundError), self.errors():
            obstore.delete(self._store, _key(sha256))

    def all(self) -> Iterator[str]:
        with self.errors():
            for batch in obstore.list(self._store):
                yield from (one["path"].rpartition("/")[2] for one in batch)

    def older_than(self, sha256: str, seconds: float) -> bool:
        put_at = self._put_at(sha256)
        return put_at is not None and datetime.now(UTC) - put_at > timedelta(seconds=seconds)

    def intact(self, sha256: str) -> bool:
        with self.open(sha256) as file:
            return sha256_of(file) == sha256

    def abandoned(self, seconds: float) -> list[str]:  # noqa: ARG002
        """Always empty: the bucket's lifecycle rules remove parts of incomplete uploads."""
        return []

    def clear_abandoned(self, names: Iterable[str]) -> None: ...

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Translates errors of the server."""
        try:
            yield
        except FileNotFoundError as error:
            raise NotFoundError(
                f"A blob is missing in {self._name}: {_first_line(error)}. Run `ragapp doctor` to see which "
                "document to upload again."
            ) from None
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise StorageError(
                f"Access to {self._name} is denied: {_first_line(error)}. Check RAGAPP_S3_ACCESS_KEY_ID and "
                "RAGAPP_S3_SECRET_ACCESS_KEY, and their permissions."
            ) from None
        except (BaseError, OSError) as error:
            raise StorageUnavailable(
                f"{self._name} does not respond: {_first_line(error)}. Check RAGAPP_BLOBS and "
                "RAGAPP_S3_ENDPOINT, or try again in a moment."
            ) from None

    def _put_at(self, sha256: str) -> datetime | None:
        with suppress(NotFoundError), self.errors():
            return obstore.head(self._store, _key(sha256))["last_modified"]
        return None


class _RemoteFile(io.RawIOBase):
    """An obstore reader as a Python file."""

    def __init__(self, reader: obstore.ReadableFile, bucket: BlobBucket) -> None:
        self._reader = reader
        self._bucket = bucket

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()

    def readinto(self, buffer: Buffer, /) -> int:
        target = memoryview(buffer)
        with self._bucket.errors():
            piece = self._reader.read(len(target))
        target[: len(piece)] = piece
        return len(piece)


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def _first_line(error: BaseException) -> str:
    """The other lines are details of the client library."""
    return str(error).partition("\n")[0].rstrip(". ")
