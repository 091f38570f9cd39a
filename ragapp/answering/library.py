"""Questions about the library itself: which documents there are, who wrote them, how long they are.

They are answered from the database. What is cited is the beginning of the document that an answer is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
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
_COUNT = re.compile(rf"^how many (?P<what>(?:[\w-]+ ){{0,3}}?[\w-]+)\b.*?\b{_HERE}\b", re.IGNORECASE)
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

_MENTIONS = re.compile(r"\b(?:mention|contain|discuss|about)(?:s|ing)?\b", re.IGNORECASE)

DocumentsOf = Callable[[str], Sequence[Document]]
"""The documents of the collection of this name."""

NamedIn = Callable[[str, str], Sequence[Document]]
"""(text, collection) -> the documents that the text names."""

BeginningOf = Callable[[Document], Hit | None]
"""The first chunk of a document; None when it has none."""

FoundBy = Callable[[str, str], Sequence[Hit]]
"""(words, collection) -> the passages with these words, best first."""

FROM_TEXT = "These documents have the words in their text."
FROM_PROPERTIES = "This is from the documents' properties, not from their text."
FROM_BEGINNING = "The document's properties name no author. It begins like this."


@dataclass(frozen=True, slots=True)
class LibraryAnswer:
    """What is known of documents. `notice` says where it is from."""

    statements: tuple[Statement, ...]
    notice: str = FROM_PROPERTIES


@dataclass(frozen=True, slots=True)
class LibraryAnswers:
    """Answers from the properties of documents. What it says of them is not in their text, so it is no claim
    that is checked; it cites the beginning of each document that it is about."""

    documents_of: DocumentsOf
    named_in: NamedIn
    beginning_of: BeginningOf
    found_by: FoundBy

    def answer(self, question: str, collection: str) -> LibraryAnswer | None:
        """The answer; None when the question is not about the library, or nothing is known."""
        question = fold(question)
        if found := _COUNT.match(question):
            return _answer(self._count(found["what"], collection))
        if found := _AUTHOR.match(question):
            return self._author(found["of"] or found["of2"], collection)
        if found := _PAGES.match(question):
            return _answer(self._properties(self.named_in(found["of"], collection), _pages))
        if found := _ADDED.match(question):
            return _answer(self._properties(self.named_in(found["of"], collection), _added))
        if found := _LIST.match(question):
            listed = self._list(found["about"], _IS_HERE.search(question) is not None, collection)
            mentioned = found["about"] if _MENTIONS.search(question) else None
            return _answer(listed) or self._mentioning(mentioned or "", collection)
        return None

    def _count(self, what: str, collection: str) -> list[Statement]:
        if not _KIND.fullmatch(what):
            return []
        wanted, ending = set(name_words(what)), _ENDINGS.get(what.lower().rstrip("s"))
        documents = self.documents_of(collection)
        chosen = [one for one in documents if wanted <= _called(one)]
        if not chosen and ending:
            chosen = [one for one in documents if one.name.lower().endswith(ending)]
        if not chosen:
            return []
        verb, noun = ("is", what.rstrip("s")) if len(chosen) == 1 else ("are", what)
        return [self._statement(f"There {verb} {len(chosen)} {noun} in this collection.")]

    def _list(self, about: str | None, here: bool, collection: str) -> list[Statement]:
        wanted = set(name_words(about or ""))
        if not wanted and (about is not None or not here):
            return []
        documents = [one for one in self.documents_of(collection) if wanted <= _called(one)]
        if not documents:
            return []
        shown = [self._statement(_described(one), one, new_line=True) for one in documents[:MOST_LISTED]]
        more = f" The first {MOST_LISTED} are listed." if len(documents) > MOST_LISTED else ""
        count = f"{len(documents)} document{'s' if len(documents) != 1 else ''}.{more}"
        return [self._statement(count), *shown]

    def _mentioning(self, about: str, collection: str) -> LibraryAnswer | None:
        """The documents with a passage that has all words of `about`, each with its sentence that
        has the most of them."""
        wanted = set(name_words(about))
        found: dict[str, Passage] = {}
        for hit in self.found_by(about, collection) if wanted else ():
            if wanted <= set(name_words(hit.text)):
                found.setdefault(hit.document_id, Passage(1, hit))
        if not found:
            return None
        documents = "1 document mentions" if len(found) == 1 else f"{len(found)} documents mention"
        names = ", ".join(one.hit.document_name for one in list(found.values())[:MOST_LISTED])
        count = f"{documents} {about.strip(' ?.')}: {names}."
        shown = [_mention(one, wanted) for one in list(found.values())[:MOST_LISTED]]
        return LibraryAnswer((self._statement(count), *shown), FROM_TEXT)

    def _author(self, of: str, collection: str) -> LibraryAnswer | None:
        """The authors by their properties, else the lines with which the document begins."""
        named = self.named_in(of, collection)
        if found := self._properties(named, _author):
            return _answer(found)
        beginnings = (hit for one in named if (hit := self.beginning_of(one)))
        quotes = (_beginning(hit) for hit in beginnings)
        statements = [Statement(sanitized(fold(one.quote)), "supported", (one,)) for one in quotes]
        return LibraryAnswer(tuple(statements[:1]), FROM_BEGINNING) if statements else None

    def _properties(
        self, documents: Sequence[Document], tell: Callable[[Document], str | None]
    ) -> list[Statement]:
        told = ((one, tell(one)) for one in documents)
        return [self._statement(text, one, new_line=True) for one, text in told if text]

    def _statement(self, text: str, document: Document | None = None, *, new_line: bool = False) -> Statement:
        hit = None if document is None else self.beginning_of(document)
        return Statement(sanitized(text), "no_claim", () if hit is None else (_beginning(hit),), new_line)


def _answer(statements: Sequence[Statement]) -> LibraryAnswer | None:
    return LibraryAnswer(tuple(statements)) if statements else None


def _mention(passage: Passage, wanted: AbstractSet[str]) -> Statement:
    """The document's title, and its sentence that has the most of the words."""
    best = max(passage.sentences, key=lambda one: len(wanted & set(name_words(one.text))))
    title = document_title(passage.hit.document_name, passage.hit.title)
    evidence = (Evidence(passage, best.start, best.end),)
    return Statement(sanitized(f"{title}: {fold(best.text)}"), "no_claim", evidence, new_line=True)


def _beginning(hit: Hit) -> Evidence:
    return Evidence(Passage(1, hit), 0, min(BEGINNING, len(hit.text)))


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
