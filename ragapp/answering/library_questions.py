"""Understands questions about the library itself: how many documents there are, who wrote one, when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["KIND", "LibraryQuestion", "understand_library_question"]

LibraryQuestionKind = Literal["count", "author", "date", "pages", "added", "list"]


@dataclass(frozen=True, slots=True)
class LibraryQuestion:
    """A question about the documents themselves. `of` names the documents, or their subject. A question for
    pages calls them by a `noun`.

    A list may say that it is of what is `here`, or of documents that have `mentions` of the subject.
    """

    kind: LibraryQuestionKind
    of: str
    noun: str = "pages"
    here: bool = False
    mentions: bool = False


_KINDS_OF_DOCUMENT = (
    r"documents?|files?|pdfs?|papers?|reports?|articles?|books?|spreadsheets?|presentations?|emails?|e-mails?"
    r"|rfcs?|contracts?|agreements?|manuals?|texts?|memos?|minutes|polic(?:y|ies)|newsletters?|mails?|messages?"
    r"|slides|decks?|posts?|notes"
)
_HERE = (
    r"(?:in (?:the|this|our|my|your) (?:library|collection|database|knowledge base|folder|archive|system)"
    r"|(?:do|did) (?:you|we|i) (?:have|hold|know|store|contain)|(?:are|is) there|here|have you (?:got|read)"
    r"|have been (?:uploaded|added|ingested|indexed)|(?:are|were) (?:uploaded|added|indexed|available))"
)
KIND = re.compile(rf"(?:different |other )?(?:{_KINDS_OF_DOCUMENT})", re.IGNORECASE)
_IS_HERE = re.compile(_HERE, re.IGNORECASE)
_COUNT = re.compile(rf"^how many (?P<of>(?:[\w-]+ ){{0,3}}?[\w-]+)\b.*?\b{_HERE}\b", re.IGNORECASE)
_LIST = re.compile(
    rf"^(?:what|which|list|show|name)(?: me)?(?: all)?(?: the| of the)? (?:{_KINDS_OF_DOCUMENT})\b"
    rf"(?:.*?\b{_HERE}\b)?"
    r"(?:.*?\b(?:about|on|regarding|concerning|mention(?:ing)?|from|by|discuss(?:ing)?) (?P<of>.+?))?"
    r"\s*\??$",
    re.IGNORECASE,
)
_AUTHOR = re.compile(
    r"^who (?:is|are|was|were) the (?:authors?|writers?|creators?|editors?) of (?P<of>.+?)\??$"
    r"|^who (?:wrote|authored|created|published|sent) (?P<of2>.+?)\??$",
    re.IGNORECASE,
)
_PAGES = re.compile(
    r"^how (?:many (?P<noun>pages|slides)|long) (?:does|do|is|has|are (?:there )?in) (?P<of>.+?)"
    r"(?: have| long)?\??$",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"^(?:when|(?:in )?(?:what|which) (?:year|month)) (?:was|were) (?P<of>.+?)"
    r" (?:published|written|issued|posted|dated|sent(?: out)?|(?:last )?(?:updated|revised))\??$"
    r"|^(?:what is|what's|give me) the (?:publication |issue )?date of (?P<of2>.+?)\??$",
    re.IGNORECASE,
)
_ADDED = re.compile(
    r"^when (?:was|were|did (?:you|we|i)) (?P<of>.+?) (?:uploaded|added|ingested|indexed)\??$", re.IGNORECASE
)

_MENTIONS = re.compile(r"\b(?:mention|contain|discuss|about)(?:s|ing)?\b", re.IGNORECASE)


_PATTERNS: Mapping[LibraryQuestionKind, re.Pattern[str]] = {
    "count": _COUNT,
    "author": _AUTHOR,
    "date": _PUBLISHED,
    "pages": _PAGES,
    "added": _ADDED,
    "list": _LIST,
}


def understand_library_question(question: str) -> LibraryQuestion | None:
    """The question about the library that a text asks; None when it asks something else. `question` has plain
    spaces.
    """
    for kind, pattern in _PATTERNS.items():
        if found := pattern.match(question):
            groups = found.groupdict()
            of = next((groups[name] for name in ("of", "of2") if groups.get(name)), "")
            return LibraryQuestion(
                kind,
                of,
                groups.get("noun") or "pages",
                _IS_HERE.search(question) is not None,
                _MENTIONS.search(question) is not None,
            )
    return None
