"""The chunker that the settings name."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.chunk import chunk
from ragapp.errors import ParseError, UsageError
from ragapp.plugins import CHUNKERS, Plugin
from ragapp.protocols import Chunker, TokenSpans
from ragapp.types import Chunk, ParsedText

_OWN = "sections"


def find_chunker(name: str) -> Chunker:
    """The chunker of that name. Raises UsageError for an unknown one, or a plugin that cannot be used."""
    plugin, loaded = CHUNKERS.find(name), CHUNKERS.load(name)
    if name == _OWN:
        return chunk
    if plugin is None or loaded is None:
        raise UsageError(f"Unknown chunker RAGAPP_CHUNKER={name!r}. Available: {CHUNKERS.available()}.")
    return _Checked(plugin, loaded)


class _Checked:
    """A plugin's chunker, whose chunks are checked: citations depend on their offsets."""

    def __init__(self, plugin: Plugin, chunker: Chunker) -> None:
        self._plugin = plugin
        self._chunker = chunker

    def __call__(self, parsed: ParsedText, token_spans: TokenSpans, max_tokens: int) -> list[Chunk]:
        """Raises ParseError when the chunker fails or its chunks do not fit the text."""
        try:
            chunks = list(self._chunker(parsed, token_spans, max_tokens))
        except Exception as error:
            raise self._failed(f"failed ({type(error).__name__}: {error})") from error
        if (wrong := first_wrong(chunks, parsed)) is not None:
            raise self._failed(f"returned an invalid chunk, {wrong!r:.200}")
        return chunks

    def _failed(self, why: str) -> ParseError:
        return ParseError(str(CHUNKERS.unusable(self._plugin, why)))


def first_wrong(chunks: Sequence[object], parsed: ParsedText) -> object | None:
    """The first chunk that is wrong: not a Chunk, not a span of the text, on another page, or overlapping the
    one before.
    """
    end = 0
    for one in chunks:
        if not isinstance(one, Chunk) or not end <= one.start < one.end <= len(parsed.text):
            return one
        if (one.text, one.page) != (parsed.text[one.start : one.end], parsed.page_at(one.start)):
            return one
        end = one.end
    return None
