"""Questions about the library itself: which documents there are, who wrote them, how long they are.

They are answered from the database. What is cited is the beginning of the document that an answer is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragapp.answering.passages import Passage
from ragapp.answering.reading.candidates import document_title
from ragapp.answering.sanitize import sanitized
from ragapp.answering.statements import Evidence, Statement
from ragapp.answering.terms import fold
from ragapp.text.names import name_words
from ragapp.types import Chunk, Document, Hit

MOST_LISTED = 20
BEGINNING = 300
"""Characters of a document that are cited for it."""

_KINDS_OF_DOCUMENT = (
    r"documents?|files?|pdfs?|papers?|reports?|articles?|books?|spreadsheets?|presentations?|emails?|e-mails?"
    r"|rfcs?|contracts?|manuals?|texts?"
)
_HERE = (
    r"(?:in (?:the|this|our|my|your) (?:library|collection|database|knowledge base|folder|archive|system)"
    r"|(?:do|did) (?:you|we|i) (?:have|hold|know|store|contain)|(?:are|is) there|here|have you (?:got|read)"
    r"|have been (?:uploaded|added|ingested|indexed)|(?:are|were) (?:uploaded|added|indexed|available))"
)
_KIND = re.compile(rf"(?:different |other )?(?:{_KINDS_OF_DOCUMENT})", re.IGNORECASE)
_IS_HERE = re.compile(_HERE, re.IGNORECASE)
_COUNT = re.compile(
    rf"^how many (?P<what>(?:[\w-]+ ){{0,3}}?[\w-]+)\b.*?\b{_HERE}\b(?P<rest>.*)", re.IGNORECASE
)
_LIST = re.compile(
    rf"^(?:what|which|list|show|name)(?: me)?(?: all)?(?: the| of the)? (?P<what>{_KINDS_OF_DOCUMENT})\b"
    rf"(?:.*?\b{_HERE}\b)?"
    r"(?:.*?\b(?:about|on|regarding|concerning|mention(?:ing)?|from|by|discuss(?:ing)?) (?P<about>.+?))?"
    r"\s*\??$",
    re.IGNORECASE,
)
_AUTHOR = re.compile(
    r"^who (?:is|are|was|were) the (?:authors?|writers?|creators?|editors?) of (?P<of>.+?)\??$"
    r"|^who (?:wrote|authored|created|published|sent) (?P<of2>.+?)\??$",
    re.IGNORECASE,
)
_PAGES = re.compile(
    r"^how (?:many pages|long) (?:does|is|has) (?P<of>.+?)(?: have| long)?\??$", re.IGNORECASE
)
_ADDED = re.compile(
    r"^when (?:was|were|did (?:you|we|i)) (?P<of>.+?) (?:uploaded|added|ingested|indexed)\??$", re.IGNORECASE
)

DocumentsOf = Callable[[str], Sequence[Document]]
"""The documents of the collection of this name."""

NamedIn = Callable[[str, str], frozenset[str]]
"""(text, collection) -> the ids of the documents that the text names."""

BeginningOf = Callable[[Document], Hit | None]
"""The first chunk of a document; None when it has none."""

FROM_PROPERTIES = "This is from the documents' properties, not from their text."


@dataclass(frozen=True, slots=True)
class LibraryAnswers:
    """Answers from the properties of documents."""

    documents_of: DocumentsOf
    named_in: NamedIn
    beginning_of: BeginningOf

    def answer(self, question: str, collection: str) -> list[Statement]:
        """The statements that answer; none when the question is not about the library."""
        question = fold(question)
        if found := _COUNT.match(question):
            return self._count(found, collection)
        if found := _AUTHOR.match(question):
            return self._author(found["of"] or found["of2"], collection)
        if found := _PAGES.match(question):
            return self._told_of(found["of"], collection, _pages)
        if found := _ADDED.match(question):
            return self._told_of(found["of"], collection, _added)
        if found := _LIST.match(question):
            return self._list(found["about"], _IS_HERE.search(question) is not None, collection)
        return []

    def _count(self, found: re.Match[str], collection: str) -> list[Statement]:
        what = found["what"]
        documents = self.documents_of(collection)
        if _KIND.fullmatch(what):
            wanted = set(name_words(what))
            chosen = [one for one in documents if wanted <= _called(one)] if wanted else list(documents)
            ending = _ENDINGS.get(what.lower().rstrip("s"))
            if not chosen and ending:
                chosen = [one for one in documents if one.name.lower().endswith(ending)]
            if not chosen:
                return []
            noun = what if len(chosen) != 1 else what.rstrip("s")
            return [self._statement(f"There are {len(chosen)} {noun} in this collection.", [])]
        return []

    def _list(self, about: str | None, here: bool, collection: str) -> list[Statement]:
        documents = self.documents_of(collection)
        if about is not None:
            wanted = set(name_words(about))
            documents = [one for one in documents if wanted and wanted <= _called(one)]
            if not documents:
                return []
        elif not here:
            return []
        shown = [self._statement(_described(one), [one], new_line=True) for one in documents[:MOST_LISTED]]
        left = len(documents) - len(shown)
        more = f" The first {MOST_LISTED} are listed." if left else ""
        count = f"{len(documents)} document{'s' if len(documents) != 1 else ''}.{more}"
        return [self._statement(count, []), *shown]

    def _author(self, of: str, collection: str) -> list[Statement]:
        """The authors by their properties, else the lines with which a document begins."""
        found = self._told_of(of, collection, _author)
        if found:
            return found
        named = self.named_in(of, collection)
        beginnings = [self.beginning_of(one) for one in self.documents_of(collection) if one.id in named]
        passages = [Passage(number, hit) for number, hit in enumerate(beginnings, 1) if hit is not None]
        return [
            Statement(sanitized(fold(one.hit.text[:BEGINNING])), "supported", (_beginning(one),))
            for one in passages[:1]
        ]

    def _told_of(self, of: str, collection: str, told: Callable[[Document], str | None]) -> list[Statement]:
        named = self.named_in(of, collection)
        documents = [one for one in self.documents_of(collection) if one.id in named]
        answers = [(one, told(one)) for one in documents]
        return [
            self._statement(text, [one], new_line=at > 0)
            for at, (one, text) in enumerate((one, text) for one, text in answers if text)
        ]

    def _statement(self, text: str, documents: Sequence[Document], *, new_line: bool = False) -> Statement:
        hits = [hit for one in documents if (hit := self.beginning_of(one))]
        evidence = tuple(
            Evidence(Passage(number, hit), 0, min(BEGINNING, len(hit.text)))
            for number, hit in enumerate(hits, 1)
        )
        return Statement(sanitized(text), "supported" if evidence else "no_claim", evidence, new_line)


def _beginning(passage: Passage) -> Evidence:
    return Evidence(passage, 0, min(BEGINNING, len(passage.hit.text)))


def hit_of(document: Document, version: int, chunk: Chunk) -> Hit:
    """A chunk of a document as a hit that no search ranked."""
    return Hit(
        chunk_id="",
        document_id=document.id,
        document_name=document.name,
        version=version,
        page=chunk.page,
        start=chunk.start,
        end=chunk.end,
        text=chunk.text,
        heading=chunk.heading,
        score=0.0,
        title=document.metadata.get("title"),
    )


_ENDINGS = {"pdf": ".pdf", "spreadsheet": ".xlsx", "presentation": ".pptx", "email": ".eml", "e-mail": ".eml"}


def _called(one: Document) -> set[str]:
    return set(name_words(f"{one.name} {one.metadata.get('title', '')}"))


def _title(one: Document) -> str:
    return document_title(one.name, one.metadata.get("title"))


def _described(one: Document) -> str:
    pages = f", {one.pages} page{'s' if one.pages != 1 else ''}" if one.pages else ""
    title = _title(one)
    return f"{title} ({one.name}{pages})" if title.lower() != one.name.lower() else f"{one.name}{pages}"


def _author(one: Document) -> str | None:
    author = one.metadata.get("author")
    return f"The author of {_title(one)} is {author}." if author else None


def _pages(one: Document) -> str | None:
    return f"{_title(one)} has {one.pages} page{'s' if one.pages != 1 else ''}." if one.pages else None


def _added(one: Document) -> str | None:
    return f"{_title(one)} was added on {one.accepted_at:%d %B %Y}."
