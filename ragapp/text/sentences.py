"""Finds the sentences of a text, without I/O and state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from sentencex import get_sentence_boundaries

Span = tuple[int, int]

WINDOW = 1_000
"""Characters handed to sentencex at a time: its work grows with the square of what it is given."""

TITLE_WIDTH = 0.6
"""The part of a text's width that a title does not reach."""

THAI_LENGTH = 40
"""Letters from which on a stretch of Thai between blanks is taken for a sentence."""

_THAI_BLANK = re.compile(r"(?<=[\u0e00-\u0e7f])\s+(?=[\u0e00-\u0e7f])")
_MASKED = re.compile(r"[^\S\n ]|[\"“”„‟«»()•▪●◦‣·]")
_LINE = re.compile(r"[^\n\f]*[\n\f]?")
_MARKER = r"(?:[-*+•▪●◦‣·–]|\(?\d{1,3}[.)]|\(?[a-z]{1,2}\))"
_ITEM = re.compile(rf"^\s*{_MARKER}\s")
_LONE_MARKER = re.compile(rf"{_MARKER}(?:\s+{_MARKER})?")  # "- 1." on slides
_AMOUNT = r"(?:[$€£¥]\s?)?\(?[\d.,]*\d\)?\s?%?|[$€£¥]?\s?[—–-]"
_ROW = re.compile(rf"\s\|\s|(?:\s(?:{_AMOUNT})){{2,}}\s*$")
_ROW_TAIL = 80
_UNFINISHED = frozenset(".,;:-–—/&")


def sentence_spans(text: str) -> list[Span]:
    """The sentences of `text` as (start, end), ascending, disjoint, without the spaces around them.

    Every character that is not white space is in one of them. Line breaks inside a sentence do not end
    it; blank lines, page breaks (form feeds), titles, list items and table rows do.
    """
    # The library ends no sentence inside quotes, parentheses or a bulleted item, so that a speech would be a
    # single one, and it trips over white space that is neither a blank nor a line break. The offsets stay.
    plain = _MASKED.sub(" ", text)
    spans: list[Span] = []
    marker: int | None = None
    for start, end in _thai_parts(text, _sentences(plain, text)):
        if _LONE_MARKER.fullmatch(text, start, end):  # it belongs to the item that it marks
            marker = start if marker is None else marker
            continue
        spans.append((start if marker is None else marker, end))
        marker = None
    if marker is not None:
        spans.append((marker, len(text.rstrip())))
    return spans


def _sentences(plain: str, text: str) -> Iterator[Span]:
    for block_start, block_end in _blocks(text):
        start = block_start
        for _, end in _block_sentences(plain, block_start, block_end):
            if plain[start:end].strip():
                cut = _after_closing_marks(plain, text, start + len(plain[start:end].rstrip()))
                yield _stripped(text, start, cut)
                start = cut
        if text[start:block_end].strip():
            yield _stripped(text, start, block_end)


def _thai_parts(text: str, sentences: Iterable[Span]) -> Iterator[Span]:
    """Thai ends its sentences with a blank, and clauses too: a blank counts once enough stands before it."""
    for start, end in sentences:
        begin = start
        for blank in _THAI_BLANK.finditer(text, start, end):
            if blank.start() - begin >= THAI_LENGTH:
                yield begin, blank.start()
                begin = blank.end()
        yield begin, end


def _after_closing_marks(plain: str, text: str, end: int) -> int:
    """A masked quote or parenthesis right after a sentence closes it; one after a blank opens the next."""
    while end < len(text) and plain[end] == " " and not text[end].isspace():
        end += 1
    return end


def _stripped(text: str, start: int, end: int) -> Span:
    lead = len(text[start:end]) - len(text[start:end].lstrip())
    return start + lead, start + len(text[start:end].rstrip())


def _blocks(text: str) -> Iterator[Span]:
    """Stretches that no sentence reaches out of: paragraphs, titles, list items, table rows."""
    lines = [match.span() for match in _LINE.finditer(text)]
    width = _usual_width(text[line_start:line_end] for line_start, line_end in lines)
    start = 0
    for (line_start, line_end), (next_start, next_end) in pairwise([*lines, (len(text), len(text))]):
        line = text[line_start:line_end]
        if not line.strip():
            yield start, line_start
            start = line_end
            continue
        if _ITEM.match(line):
            yield start, line_start
            start = line_start
        # The first line may be the rest of one: chunks begin anywhere in a line.
        if _is_row(line) or (
            line_start and _is_title(line.strip(), text[next_start:next_end].strip(), width)
        ):
            yield start, line_end
            start = line_end
    yield start, len(text)


def _usual_width(lines: Iterable[str]) -> int:
    """The width to which a text is wrapped: nine of ten lines are not longer."""
    widths = sorted(width for line in lines if (width := len(line.strip())))
    return widths[len(widths) * 9 // 10] if widths else 0


def _is_row(line: str) -> bool:
    return line.endswith("\f") or _ROW.search(line[-_ROW_TAIL:]) is not None


def _is_title(line: str, following: str, width: int) -> bool:
    """Whether a line stands above a paragraph, as in text out of a PDF, which has no blank lines.

    A short line that begins like a sentence, does not end like one, and is followed by a full line that
    begins like one: no wrapped sentence looks like that, since the next word would have fitted in.
    """
    short = len(line) < TITLE_WIDTH * width <= len(following)
    begins = line[:1].isupper() or line[:1].isdigit()
    return short and begins and line[-1:] not in _UNFINISHED and following[:1].isupper()


def _block_sentences(plain: str, start: int, end: int) -> Iterator[Span]:
    size = WINDOW
    while start < end:
        stop = min(start + size, end)
        found = get_sentence_boundaries("en", plain[start:stop])
        if stop < end and len(found) < 2:  # the window ends inside its first sentence
            size *= 2
            continue
        complete = found[:-1] if stop < end else found
        for sentence in complete:
            yield start + sentence["start_index"], start + sentence["end_index"]
        start = start + found[-1]["start_index"] if stop < end else end
        size = WINDOW
