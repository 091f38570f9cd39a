"""Reading documents: where they come from, how bytes become text, and how text becomes chunks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from ragapp.types import Chunk, ParsedText

if TYPE_CHECKING:
    from ragapp.fetching.web import FetchLimits

TokenSpans = Callable[[str], NDArray[np.int64]]
"""A text to its tokens as character spans, shape (tokens, 2): `Embedder.token_spans`."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document that can be added.

    `id` identifies it in later runs; `name` is for people, and its suffix may decide how it is parsed. `open`
    opens its bytes, and may raise OSError or a RagappError. `stamp` differs when the bytes may differ; None
    if that is not known before they are fetched.
    """

    id: str
    name: str
    open: Callable[[], AbstractContextManager[BinaryIO]]
    stamp: Hashable = None


class SourceFinder(Protocol):
    def __call__(self, address: str, limits: FetchLimits) -> Iterable[Source]:
        """The documents at an address `SCHEME://…`. Each id begins with `SCHEME:`.

        Raises UsageError for an invalid address, FetchError when the documents cannot be listed.
        """


class Parser(Protocol):
    def __call__(self, data: bytes, name: str) -> ParsedText:
        """The text of the document `data`, which messages call `name`. Raises ParseError with the reason.

        The text is as `ragapp.text.clean.clean` leaves it; `ragapp.text.builder.TextBuilder` sees to that.
        It runs in the sandbox: it can read installed packages, but no other files, and has no network.
        """


class Chunker(Protocol):
    def __call__(self, parsed: ParsedText, token_spans: TokenSpans, max_tokens: int) -> list[Chunk]:
        """The chunks in the order of the text, without overlaps.

        The `embedding_text` of a chunk has at most `max_tokens` of the embedder's tokens. Visible characters
        outside headings and boilerplate that are in no chunk cannot be found.
        """
