"""Implementations that other packages provide, as entry points of one group for each kind.

A package is only imported when a setting names its entry point, or, for parsers and sources, when a document
or an argument has the suffix or URL scheme that is its name. What ragapp brings itself is no entry point: it
needs no metadata of an installation, and no package can take its place unnoticed.
"""

from __future__ import annotations

import importlib.metadata
import inspect
import mimetypes
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import PurePath
from types import MappingProxyType
from typing import Final, Generic, TypeVar, cast

from typing_extensions import get_protocol_members

from ragapp.errors import ModelError, RagappError, StorageError, UsageError
from ragapp.plugin_errors import ErrorsTranslated
from ragapp.protocols import (
    CacheStore,
    Chunker,
    Embedder,
    Generator,
    Parser,
    Reranker,
    SearchIndex,
    SourceFinder,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plugin:
    """An entry point of an installed package, which may not be imported yet."""

    name: str
    package: str
    """The name of its distribution, as pip knows it."""
    version: str
    entry: importlib.metadata.EntryPoint

    @property
    def origin(self) -> str:
        return f"{self.package} {self.version}"


@dataclass(frozen=True, slots=True)
class Seam:
    """A kind of implementation: `group` is that of its entry points, `own` are the names that ragapp has."""

    group: str
    what: str
    own: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return self.group.partition(".")[2]

    def installed(self) -> tuple[Plugin, ...]:
        """Every entry point of the group, by name. Imports none of them."""
        return _installed(self.group, tuple(sys.path))

    def available(self, *own: str) -> str:
        """The names of all implementations for a message: `own`, ours and those of plugins."""
        return ", ".join(dict.fromkeys((*self.own, *own, *(one.name for one in self.installed()))))

    def find(self, name: str, taken: Container[str] = ()) -> Plugin | None:
        """The plugin of that name; None when there is none.

        Raises UsageError when several packages have it, or when ragapp does: it is in `own` or in `taken`.
        """
        found = [one for one in self.installed() if one.name == name]
        if not found:
            return None
        packages = [one.origin for one in found]
        if name in self.own or name in taken:
            packages.insert(0, "ragapp itself")
        if len(packages) > 1:
            raise UsageError(
                f"There is more than one {self.what} named {name!r}: {', '.join(packages)}. Uninstall all "
                f"but one of these packages, for instance with `pip uninstall {found[-1].package}`."
            )
        return found[0]

    def imported(self, plugin: Plugin) -> Callable[..., object]:
        """The object that a plugin's entry point refers to. Raises UsageError when it cannot be imported or
        called.
        """
        try:
            loaded = plugin.entry.load()
        except Exception as error:
            raise self.unusable(plugin, f"cannot be imported ({type(error).__name__}: {error})") from error
        if not callable(loaded):
            raise self.unusable(plugin, f"is of type {type(loaded).__name__}, which cannot be called")
        return cast("Callable[..., object]", loaded)

    def unusable(self, plugin: Plugin, why: str) -> UsageError:
        """The error for a plugin that does not work, which names its package and says what to do."""
        return UsageError(
            f"The {self.what} {plugin.name!r} of {plugin.origin} ({plugin.entry.value}) {why}. Update the "
            f"package or install what it requires, or run `pip uninstall {plugin.package}`."
        )


@dataclass(frozen=True, slots=True)
class Functions(Seam, Generic[T]):
    """A seam whose entry points are the functions themselves."""

    def load(self, name: str) -> T | None:
        """The function of the plugin with that name; None when there is none. Raises UsageError."""
        plugin = self.find(name)
        return None if plugin is None else cast("T", self.imported(plugin))


@dataclass(frozen=True, slots=True)
class Parsers(Functions[Parser]):
    """Parsers, each named after the file suffix or media type that it reads: `.dwg`, `audio/mpeg`."""

    def matching(self, name: str) -> Plugin | None:
        """The plugin for a document of that name: for its longest suffix, or else for its media type.

        Raises UsageError when several packages have one.
        """
        return next((found for key in _keys(name) if (found := self.find(key)) is not None), None)

    def reads(self, name: str) -> bool:
        """Whether any plugin is for documents of that name."""
        installed = frozenset(one.name for one in self.installed())
        return not installed.isdisjoint(_keys(name))


def _keys(name: str) -> Iterator[str]:
    """What the name of a parser for the document may be, most specific first."""
    file = PurePath(name).name.lower()
    yield from (file[at:] for at, letter in enumerate(file) if letter == ".")
    if media_type := mimetypes.guess_type(file)[0]:
        yield media_type


@dataclass(frozen=True, slots=True)
class Factories(Seam, Generic[T]):
    """A seam whose entry points are called to make the object, which has all of `members`.

    Its unexpected exceptions become a `failure`.
    """

    members: frozenset[str] = frozenset()
    failure: type[RagappError] = ModelError

    def build(self, chosen: str, *context: object, taken: Container[str] = ()) -> T | None:
        """The implementation made by the plugin that `chosen` names; None when no plugin has that name.

        `chosen` is `NAME` or `NAME:ARGUMENT`. The plugin's factory gets the argument ("" without one), then
        `context`. Raises UsageError when the plugin cannot be used, and what the factory itself raises on
        purpose.
        """
        name, _, argument = chosen.partition(":")
        plugin = self.find(name, taken)
        if plugin is None:
            return None
        factory = self.imported(plugin)
        try:
            made = factory(argument, *context)
        except RagappError:
            raise
        except Exception as error:
            raise self.unusable(plugin, f"cannot be created ({type(error).__name__}: {error})") from error
        if missing := self.missing(made):
            raise self.unusable(
                plugin, f"made an object of type {type(made).__name__} without {', '.join(missing)}"
            )
        return cast("T", ErrorsTranslated(made, partial(self._failed, plugin)))

    def _failed(self, plugin: Plugin, error: Exception) -> RagappError:
        why = f"failed ({type(error).__name__}: {error})"
        return self.failure(str(self.unusable(plugin, why)))

    def missing(self, made: object) -> list[str]:
        """The members that an implementation should have and `made` does not."""
        return sorted(name for name in self.members if inspect.getattr_static(made, name, None) is None)


@cache
def _installed(group: str, _path: tuple[str, ...]) -> tuple[Plugin, ...]:
    entries: Iterable[importlib.metadata.EntryPoint] = importlib.metadata.entry_points(group=group)
    found = (
        Plugin(entry.name, entry.dist.name, entry.dist.version, entry)
        for entry in entries
        if entry.dist is not None
    )
    return tuple(sorted(found, key=lambda one: (one.name, one.package)))


def _members(protocol: type) -> frozenset[str]:
    return frozenset(get_protocol_members(protocol))


EMBEDDERS: Final[Factories[Embedder]] = Factories("ragapp.embedders", "embedder", members=_members(Embedder))
"""`(argument, settings)` to an Embedder."""

RERANKERS: Final[Factories[Reranker]] = Factories("ragapp.rerankers", "reranker", members=_members(Reranker))
"""`(argument, settings)` to a Reranker."""

GENERATORS: Final[Factories[Generator]] = Factories(
    "ragapp.generators", "generator", ("extractive", "local", "openai"), _members(Generator)
)
"""`(argument, settings)` to a Generator."""

INDEXES: Final[Factories[SearchIndex]] = Factories(
    "ragapp.indexes", "search index", ("faiss", "qdrant"), _members(SearchIndex), StorageError
)
"""`(argument, settings, database)` to a SearchIndex, which follows the change log of the `ChangeSource`."""

CACHE_STORES: Final[Factories[CacheStore]] = Factories(
    "ragapp.cache_stores", "cache store", ("sqlite", "redis"), _members(CacheStore), StorageError
)
"""`(argument, settings, now)` to a CacheStore; `now` returns the time in seconds since 1970."""

PARSERS: Final = Parsers("ragapp.parsers", "parser")
"""`(data, name)` to a ParsedText."""

CHUNKERS: Final[Functions[Chunker]] = Functions("ragapp.chunkers", "chunker", ("sections",))
"""`(parsed, token_spans, max_tokens)` to a list of Chunk."""

SOURCES: Final[Functions[SourceFinder]] = Functions("ragapp.sources", "source", ("file", "http", "https"))
"""`(address, limits)` to Sources. The name is the scheme of the addresses."""

SEAMS: Final[Mapping[str, Seam]] = MappingProxyType(
    {
        seam.kind: seam
        for seam in (
            SOURCES,
            PARSERS,
            CHUNKERS,
            EMBEDDERS,
            INDEXES,
            RERANKERS,
            GENERATORS,
            CACHE_STORES,
        )
    }
)
"""Every seam, by the last part of its group."""
