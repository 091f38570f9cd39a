"""The summary of a document in its own words: its abstract, or the first sentence of each section."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragapp.answering.passages import Passage
from ragapp.answering.reading.candidates import Candidate, candidates_in
from ragapp.answering.reading.documents import SourceDocuments, section_path
from ragapp.answering.reading.shown import quoted
from ragapp.answering.statements import Statement
from ragapp.answering.terms import words

MOST_SECTIONS = 8
FEWEST_WORDS = 6
"""Of the first sentence of a section, to be worth a line of a summary."""

_LEADS = re.compile(
    r"^(?:\d[\d.]*\s+)?(?:abstract|summary|executive summary|overview|tl;dr|zusammenfassung)\b", re.IGNORECASE
)
_NO_CONTENT = re.compile(
    r"(?:status of this memo|copyright|table of contents|contents|references|acknowledg|author|editor|"
    r"full copyright|index$|contributors|security considerations$|iana considerations|intellectual property)",
    re.IGNORECASE,
)


def summary(documents: SourceDocuments, passage: Passage) -> list[Statement]:
    """The abstract of the passage's document, or the first sentence of each of its sections."""
    sections = documents.sections(passage)
    for section in sections:
        path = section_path(section[0])
        if path and _LEADS.match(path[-1]):
            return [quoted(one) for one in _sentences(section)[:MOST_SECTIONS]]
    leads = [_sentences(section)[:1] for section in sections if not _is_formal(section)]
    found = [lead[0] for lead in leads if lead]
    if len(found) == 1:
        found = _sentences([one for section in sections for one in section])
    return [quoted(one, new_line=True) for one in found[:MOST_SECTIONS]]


def _sentences(section: Sequence[Passage]) -> list[Candidate]:
    """What is worth quoting of a section."""
    return [one for one in candidates_in(section) if one.kind not in {"row", "list"} and _says_enough(one)]


def _says_enough(one: Candidate) -> bool:
    """Whether it is a sentence, and not the document's title, which stands without a full stop."""
    is_heading = one.kind == "sentence" and one.start == 0 and one.text[-1:].isalnum()
    return len(words(one.text)) >= FEWEST_WORDS and not is_heading


def _is_formal(section: Sequence[Passage]) -> bool:
    """Whether a section is a formality such as references: nobody asks for its summary."""
    path = section_path(section[0])
    return bool(path) and _NO_CONTENT.search(path[-1]) is not None
