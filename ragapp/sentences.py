"""Where the sentences of a text begin and end. Pure: no I/O, no state."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sentencex import get_sentence_boundaries  # type: ignore[import-untyped]

Span = tuple[int, int]

WINDOW = 1_000
"""Characters handed to sentencex at a time: its work grows with the square of what it is given."""

_ODD_SPACE = re.compile(r"[^\S\n ]")
_LINE = re.compile(r"[^\n\f]*[\n\f]?")
_MARKER = r"(?:[-*+•▪●◦‣·–]|\(?\d{1,3}[.)]|\(?[a-z]{1,2}\))"
_ITEM = re.compile(rf"\s*{_MARKER}\s")
_LONE_MARKER = re.compile(_MARKER)
_AMOUNT = r"(?:[$€£¥]\s?)?\(?[\d.,]*\d\)?\s?%?|[$€£¥]?\s?[—–-]"
_ROW = re.compile(rf"\s\|\s|(?:\s(?:{_AMOUNT})){{2,}}\s*$")
_ROW_TAIL = 80


def sentence_spans(text: str) -> list[Span]:
    """The sentences of `text` as (start, end), ascending, disjoint, without the spaces around them.

    Every character that is not white space is in one of them. Line breaks inside a sentence do not end
    it; blank lines, page breaks (form feeds), list items and table rows do.
    """
    # The library trips over white space that is neither a blank nor a line break; the lengths stay.
    plain = _ODD_SPACE.sub(" ", text)
    spans: list[Span] = []
    marker: int | None = None
    for start, end in _sentences(plain, text):
        if _LONE_MARKER.fullmatch(plain, start, end):  # "1." belongs to the item that it numbers
            marker = start if marker is None else marker
            continue
        spans.append((start if marker is None else marker, end))
        marker = None
    if marker is not None:
        spans.append((marker, len(plain.rstrip())))
    return spans


def _sentences(plain: str, text: str) -> Iterator[Span]:
    for block_start, block_end in _blocks(text):
        for start, end in _block_sentences(plain, block_start, block_end):
            sentence = plain[start:end]
            lead = len(sentence) - len(sentence.lstrip())
            if lead < len(sentence):
                yield start + lead, start + len(sentence.rstrip())


def _blocks(text: str) -> Iterator[Span]:
    """Stretches that no sentence reaches out of: paragraphs, list items, table rows."""
    start = 0
    for match in _LINE.finditer(text):
        line = match.group()
        if not line.strip():
            yield start, match.start()
            start = match.end()
            continue
        if _ITEM.match(line):
            yield start, match.start()
            start = match.start()
        if line.endswith("\f") or _ROW.search(line[-_ROW_TAIL:]):
            yield start, match.end()
            start = match.end()
    yield start, len(text)


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
