"""Questions by rules, used when no model is available: sentences with a gap, and questions about headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.generation.drafts import DraftedQuestion, SourceDocument
from ragapp.text.sentences import sentence_spans

GAP = "____"
SHORTEST, LONGEST = 8, 40
"""The fewest and the most words of a sentence that gets a gap."""

_SECTION = 4_000
"""The number of characters after a heading in which its first sentence is looked for."""

_FILLING = re.compile(
    r"(?<![\w.,])\d[\d.,]*\d(?![\w])"  # a number of two digits or more
    r"|(?<=[a-z,;] )[A-Z][\w'’-]+(?: (?:of |the |de |van |von )?[A-Z][\w'’-]+)*"  # a name inside the sentence
)
_SPACE = re.compile(r"\s+")
_NO_PROSE = re.compile(r"\||```|://|^[^\S\n]*[$#>]", re.MULTILINE)
"""Signs of a table row, source code or an address, which make no sensible question."""


def rule_drafts(source: SourceDocument) -> Iterator[DraftedQuestion]:
    """Yields all questions that the rules find in the document, those with gaps first."""
    yield from _clozes(source)
    yield from _headings(source)


def _clozes(source: SourceDocument) -> Iterator[DraftedQuestion]:
    text = source.parsed.text
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        found = [match for match in _FILLING.finditer(sentence) if not _in_code(sentence, match.start())]
        if not found or not _is_prose(sentence) or len(sentence.split()) > LONGEST:
            continue
        # The longest candidate is the most specific. The same words elsewhere would give the answer away.
        filling = max(found, key=lambda match: (len(match[0]), -match.start()))
        if sentence.count(filling[0]) > 1:
            continue
        gapped = _line(sentence[: filling.start()] + GAP + sentence[filling.end() :])
        yield DraftedQuestion(
            kind="cloze",
            question=f"What belongs in the gap: “{gapped}”?",
            answers=(filling[0],),
            document_id=source.document.id,
            start=start + filling.start(),
            end=start + filling.end(),
            page=source.parsed.page_at(start),
        )


def _headings(source: SourceDocument) -> Iterator[DraftedQuestion]:
    text, headings = source.parsed.text, source.parsed.headings
    for heading, following in zip(headings, [*(h.start for h in headings[1:]), len(text)], strict=False):
        title = _line(text[heading.start : heading.end])
        body = text[heading.end : min(following, heading.end + _SECTION)]
        first = next(iter(sentence_spans(body)), None)
        if not title or first is None or not _is_prose(body[slice(*first)]):
            continue
        start, end = heading.end + first[0], heading.end + first[1]
        yield DraftedQuestion(
            kind="heading",
            question=f"What does the section “{title}” say?",
            answers=(_line(text[start:end]),),
            document_id=source.document.id,
            start=start,
            end=end,
            page=source.parsed.page_at(start),
        )


def _is_prose(sentence: str) -> bool:
    return len(sentence.split()) >= SHORTEST and _NO_PROSE.search(sentence) is None


def _in_code(sentence: str, at: int) -> bool:
    """Whether the position is between backticks."""
    return sentence.count("`", 0, at) % 2 == 1


def _line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
