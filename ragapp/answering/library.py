"""Questions about the library itself: which documents there are, who wrote them, how long they are.

They are answered from the database. What is cited is the beginning of the document that an answer is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial

from ragapp.answering.front_matter import Span, author_spans, date_span
from ragapp.answering.library_questions import KIND, LibraryQuestion, understand_library_question
from ragapp.answering.passages import Passage
from ragapp.answering.reading.candidates import document_title
from ragapp.answering.sanitize import sanitized
from ragapp.answering.statements import Evidence, Statement
from ragapp.answering.terms import fold
from ragapp.text.names import name_words
from ragapp.types import Chunk, Document, Hit

MOST_LISTED = 20
FIRST_LINES = 600
"""Characters of a document in which its title stands."""

BEGINNING = 300
"""Characters of a document that are cited for it."""

_PROGRAM = re.compile(
    r"^\W*(?:openpyxl|python-docx|python-pptx|xlsxwriter|apache poi|microsoft office user|microsoft|user"
    r"|administrator|admin|unknown|author|root|owner)\W*$",
    re.IGNORECASE,
)
"""Who programs name as the author when nobody has told them."""

DocumentsOf = Callable[[str], Sequence[Document]]
"""The documents of the collection of this name."""

DocumentOf = Callable[[str], Document]
"""The document of this id."""

NamedIn = Callable[[str, str], Sequence[Document]]
"""(text, collection) -> the documents that the text names."""

BeginningOf = Callable[[Document], Hit | None]
"""The first chunk of a document; None when it has none."""

FoundBy = Callable[[str, str], Sequence[Hit]]
"""(words, collection) -> the passages with these words, best first."""

FROM_TEXT = "These documents have the words in their text."
FROM_PROPERTIES = "This is from the documents' properties, not from their text."
FROM_FIRST_LINES = "This is from the first lines of the document."
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
    document: DocumentOf
    named_in: NamedIn
    beginning_of: BeginningOf
    found_by: FoundBy

    def answer(self, question: str, collection: str) -> LibraryAnswer | None:
        """The answer; None when the question is not about the library, or nothing is known."""
        asked = understand_library_question(fold(question))
        if asked is None:
            return None
        if asked.kind == "author":
            return self._author(asked.of, collection)
        if asked.kind == "date":
            return self._published(asked.of, collection)
        if asked.kind == "list":
            listed = self._list(asked, collection)
            return _answer(listed) or self._mentioning(asked.of if asked.mentions else "", collection)
        if asked.kind == "count":
            return _answer(self._count(asked.of, collection))
        named = self.named_in(asked.of, collection)
        tell = _added if asked.kind == "added" else partial(_pages, noun=asked.noun)
        return _answer(self._properties(named, tell))

    def _count(self, what: str, collection: str) -> list[Statement]:
        if not KIND.fullmatch(what):
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

    def _list(self, asked: LibraryQuestion, collection: str) -> list[Statement]:
        wanted = set(name_words(asked.of))
        if not wanted and (asked.of or not asked.here):
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
        """The authors by their properties or first lines, else the lines with which the document begins."""
        named = self._named(of, collection)
        if found := self._properties(named, _author):
            return _answer(found)
        beginnings = [(one, hit) for one in named if (hit := self.beginning_of(one))]
        for one, hit in beginnings:
            if spans := author_spans(hit.text):
                verb = "author of {} is" if len(spans) == 1 else "authors of {} are"
                return _first_lines(f"The {verb.format(_title(one))}", hit, spans)
        quotes = (_beginning(hit) for _, hit in beginnings)
        statements = [Statement(sanitized(fold(one.quote)), "supported", (one,)) for one in quotes]
        return LibraryAnswer(tuple(statements[:1]), FROM_BEGINNING) if statements else None

    def _published(self, of: str, collection: str) -> LibraryAnswer | None:
        """The date by the document's properties or first lines."""
        named = self._named(of, collection)
        if found := self._properties(named, _dated):
            return _answer(found)
        for one in named:
            hit = self.beginning_of(one)
            if hit is not None and (span := date_span(hit.text)):
                return _first_lines(f"{_title(one)} is dated", hit, (span,))
        return None

    def _named(self, of: str, collection: str) -> Sequence[Document]:
        """The documents that a text names, else the first one found that begins with all its words."""
        if named := self.named_in(of, collection):
            return named
        wanted = {word for word in name_words(of) if not KIND.fullmatch(word)}
        found = self.found_by(of, collection) if wanted else ()
        for document_id in dict.fromkeys(hit.document_id for hit in found):
            one = self.document(document_id)
            beginning = self.beginning_of(one)
            if beginning and wanted <= set(name_words(beginning.text[:FIRST_LINES])):
                return [one]
        return []

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


def _first_lines(says: str, hit: Hit, spans: Sequence[Span]) -> LibraryAnswer:
    """What the spans of a document's beginning say of it, which they support."""
    values = sanitized(", ".join(fold(hit.text[slice(*span)]) for span in spans))
    opening = sanitized(says) + " "
    evidence = tuple(Evidence(Passage(1, hit), *span) for span in spans)
    highlight = (len(opening), len(opening) + len(values))
    statement = Statement(f"{opening}{values}.", "supported", evidence, highlight=highlight)
    return LibraryAnswer((statement,), FROM_FIRST_LINES)


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
    author = one.metadata.get("author", "")
    return f"The author of {_title(one)} is {author}." if author and not _PROGRAM.search(author) else None


def _dated(one: Document) -> str | None:
    date = one.metadata.get("date")
    return f"{_title(one)} is dated {date}." if date else None


def _pages(one: Document, noun: str) -> str | None:
    counted = noun if one.pages != 1 else noun.rstrip("s")
    return f"{_title(one)} has {one.pages} {counted}." if one.pages else None


def _added(one: Document) -> str | None:
    return f"{_title(one)} was added on {one.accepted_at:%d %B %Y}."
