"""Parsers of other packages. For the suffixes and media types in their names, they go before our own."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import cast

from ragapp.errors import ParseError, UsageError
from ragapp.plugins import PARSERS, Plugin
from ragapp.protocols import Parser
from ragapp.text.clean import clean
from ragapp.types import ParsedText


def plugin_parser(name: str) -> Parser | None:
    """The plugin for a document of that name, imported; None when there is none.

    The parser raises ParseError when it returns something else than a ParsedText of clean text. Raises
    ParseError when the plugin cannot be used.
    """
    try:
        plugin = PARSERS.matching(name)
        return None if plugin is None else _loaded(plugin)
    except UsageError as error:
        raise ParseError(f"{name} cannot be parsed. {error}") from error


@cache
def _loaded(plugin: Plugin) -> Parser:
    parser = cast("Parser", PARSERS.imported(plugin))

    def parse(data: bytes, name: str) -> ParsedText:
        parsed = parser(data, name)
        if not isinstance(parsed, ParsedText):
            why = f"returned a {type(parsed).__name__} instead of a ParsedText"
            raise ParseError(str(PARSERS.unusable(plugin, why)))
        if clean(parsed.text) != parsed.text:
            why = "returned a text with characters that ragapp.text.clean.clean removes or replaces"
            raise ParseError(str(PARSERS.unusable(plugin, why)))
        return parsed

    return parse


def plugin_folders() -> tuple[str, ...]:
    """Where the packages of the parsers are, which may be outside of the folders of installed packages.

    Imports none of them.
    """
    tops = {plugin.entry.module.partition(".")[0] for plugin in PARSERS.installed()}
    found: set[str] = set()
    for spec in map(find_spec, tops):
        if spec is not None and spec.submodule_search_locations is not None:
            found.update(spec.submodule_search_locations)
        elif spec is not None and spec.origin is not None:
            found.add(spec.origin)
    return tuple(sorted(found))
