"""A question with all that its answer depends on, and the digests that name both."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from functools import cached_property

from ragapp.types import AskMode, Collection, RewrittenBy, SearchResult

_SPACE = re.compile(r"\s+")
_CLOSING = re.compile(r"\A(?:[\s?.…。？]|[!！]+(?![\d!！]))+")
"""In a question read backwards, as the end of a text is searched for in quadratic time. Of "5!" the mark is
no closing one."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an answer depends on besides its question. Only equal circumstances share answers.

    `scope` stands for the asker's rights: whoever may read the same shares it. `embedder` is the
    fingerprint of the collection's: vectors of different models are never compared. `writer` names the
    generator that would answer now, None when the documents are quoted; `settings` names whatever else would
    change hits or answers.
    """

    collections: tuple[int, ...]
    scope: str
    embedder: str
    writer: str | None
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
    """`question` is as the asker put it, `result.query` as it stands alone: the cache goes by the latter.

    `collection.revision` was read before the search, so no hit is older than it.
    """

    question: str
    result: SearchResult
    collection: Collection
    circumstances: Circumstances
    rewritten_by: RewrittenBy = "nobody"
    conversation_id: str | None = None
    notice: str | None = None

    @cached_property
    def partition(self) -> str:
        return self.circumstances.digest

    @cached_property
    def entry_id(self) -> str:
        return _digest([self.partition, normalised(self.result.query)])


def normalised(question: str) -> str:
    """The same for questions that differ only in blanks, closing marks, canonical form or a first capital.

    Other capitals stay: "polish" is not "Polish". So do compatible characters: "10²" is not "102".
    """
    backwards = _SPACE.sub(" ", unicodedata.normalize("NFC", question)).strip()[::-1]
    text = _CLOSING.sub("", backwards)[::-1]
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _digest(value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
