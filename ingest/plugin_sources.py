"""Documents at addresses whose scheme a plugin knows, such as `acme://SPACE`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from tempfile import TemporaryFile
from typing import BinaryIO

from ragapp.errors import FetchError, RagappError, TooLargeError
from ragapp.fetching.web import FetchLimits
from ragapp.plugins import SOURCES, Plugin
from ragapp.protocols import Source, SourceFinder

_BLOCK = 1 << 20
_LIMIT = "RAGAPP_MAX_UPLOAD_BYTES"


def plugin_sources(address: str, limits: FetchLimits) -> Iterator[Source] | None:
    """The documents at the address; None when no plugin knows its scheme.

    The ids begin with the scheme, so that they cannot be those of files. Raises UsageError when the plugin
    cannot be used, and what it raises on purpose; the iterator raises UsageError.
    """
    scheme = address.partition("://")[0]
    plugin, find = SOURCES.find(scheme), SOURCES.load(scheme)
    if plugin is None or find is None:
        return None
    return _checked(plugin, _listed(plugin, find, address, limits), limits)


def _listed(plugin: Plugin, find: SourceFinder, address: str, limits: FetchLimits) -> list[Source]:
    try:
        return list(find(address, limits))
    except RagappError:
        raise
    except Exception as error:
        raise FetchError(_trouble(address, "listed", plugin, error)) from error


def _checked(plugin: Plugin, found: list[Source], limits: FetchLimits) -> Iterator[Source]:
    for source in found:
        if not isinstance(source, Source):
            kind = type(source).__name__
            raise SOURCES.unusable(plugin, f"returned a {kind} instead of a ragapp.protocols.Source")
        if not source.id.startswith(f"{plugin.name}:"):
            raise SOURCES.unusable(plugin, f"returned the id {source.id!r}, which must begin with its scheme")
        yield replace(source, open=partial(_copied, plugin, source, limits.max_bytes))


@contextmanager
def _copied(plugin: Plugin, source: Source, max_bytes: int) -> Iterator[BinaryIO]:
    """The bytes in a temporary file: seekable, within the limit, and without further use of the plugin."""
    with TemporaryFile() as copy:
        try:
            with source.open() as data:
                while copy.tell() <= max_bytes and (block := data.read(_BLOCK)):
                    copy.write(block)
        except RagappError:
            raise
        except Exception as error:
            raise FetchError(_trouble(source.id, "read", plugin, error)) from error
        if copy.tell() > max_bytes:
            raise TooLargeError(f"It is larger than {max_bytes} bytes. Split it, or raise {_LIMIT}.")
        copy.seek(0)
        yield copy


def _trouble(what: str, done: str, plugin: Plugin, error: Exception) -> str:
    return (
        f"{what} could not be {done} by {plugin.origin} ({type(error).__name__}: {error}). Check the address "
        "and the connection."
    )
