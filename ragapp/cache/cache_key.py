"""The cache key: a question with everything that its answer depends on, and its digests."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from functools import cached_property

from ragapp.types import AskMode, Collection, Hit, SearchedQuestion

_SPACE = re.compile(r"\s+")
_CLOSING = re.compile(r"\A(?:[\s?.…。？]|[!！]+(?![\d!！]))+")
"""Matched against the reversed question, because searching for the end of a text takes quadratic time. The
mark of "5!" is not a closing mark."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an answer depends on besides its question. Only equal circumstances share answers.

    `scope` stands for the asker's rights: it is equal for all who may read the same. `embedder` is the
    fingerprint of the collection's embedder: vectors of different models are never compared. `generator`
    names the generator that would answer now, None when the documents are quoted; `settings` encodes all
    other settings that can change hits or answers.
    """

    collections: tuple[int, ...]
    scope: str
    embedder: str
    generator: str | None
    prompt: str
    settings: str
    mode: AskMode
    k: int
    filters: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        return _digest(asdict(self))


@dataclass(frozen=True)
class CacheKey:
    """A question after its search, with everything that its answer depends on.

    `collection.revision` was read before the search, so no hit is older than it.
    """

    searched: SearchedQuestion
    collection: Collection
    circumstances: Circumstances

    @property
    def query(self) -> str:
        """The standalone question: it identifies the entry and is compared with other entries' questions."""
        return self.searched.result.query

    @property
    def hits(self) -> tuple[Hit, ...]:
        return self.searched.result.hits

    @cached_property
    def partition(self) -> str:
        return self.circumstances.digest

    @cached_property
    def entry_id(self) -> str:
        return _digest([self.partition, normalised(self.query)])


def normalised(question: str) -> str:
    """A form of the question that is equal for questions that differ only in spaces, closing marks, Unicode
    form or the first capital.

    Other capitals are kept: "polish" is not "Polish". So are compatibility characters: "10²" is not "102".
    """
    backwards = _SPACE.sub(" ", unicodedata.normalize("NFC", question)).strip()[::-1]
    text = _CLOSING.sub("", backwards)[::-1]
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _digest(value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
