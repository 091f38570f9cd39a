"""Reads a generated text as claims: sentences with the passage numbers that the model cited for each."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragapp.answering.groundedness.non_claims import is_heading, is_table_head
from ragapp.answering.sanitize import sanitized
from ragapp.answering.terms import fold
from ragapp.text.sentences import Span, sentence_spans

_LIST = r"\d{1,4}(?:\s*[-–,;]\s*\d{1,4})*"
MARKER = re.compile(
    r"(?:\b(?:from|in|see|per|according to) (?:the )?passages? )?"
    rf"[\[【]\s*\^?(?:(?:passage|source|document)s?\s*)?({_LIST})\s*(?:†[^\[\]【】]*)?[\]】](?:\([^)\s]{{0,2000}}\))?",
    re.IGNORECASE,
)
"""[1], [1, 2], [1-3], [^1], [Source 1], 【1】, 【1†L3】, "from passage [1]", and any of them made a link."""

_HEADING = re.compile(r"^([ \t]{0,3}#{1,6} [^\n]{1,120})\n(?!\n)", re.MULTILINE)
"""A Markdown heading with text on the next line, which is not its continuation."""

_DEFINITION = re.compile(r"^[ \t]*\[\^?\d+\]:.*$", re.MULTILINE)
_RANGE = re.compile(r"(\d{1,4})\s*[-–]\s*(\d{1,4})")
_WIDEST_RANGE = 50
_COMMA = re.compile(r",\s*")
_SENTENCE_START = re.compile(r"(?:^|[\n.!?:])[ \t*•#-]*\Z")
_NEAR = 8
_BULLETS = " \t*•#-"


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence without its markers; `passages` are the numbers cited, whether or not they exist."""

    text: str
    passages: tuple[int, ...]
    new_line: bool
    is_head: bool = False
    """Whether it is the header of a table or a heading."""


def read_claims(written: str) -> list[Claim]:
    """The sentences of a generated text, made safe to show.

    A marker belongs to the sentence that contains or precedes it. On a line that starts with a marker and
    does not end with one, it belongs to the sentence that follows.
    """
    bare, marks = _take_out(_HEADING.sub(r"\1\n\n", _DEFINITION.sub("", written)))
    spans = sentence_spans(bare)
    numbers: list[list[int]] = [[] for _ in spans]
    for mark in marks:
        owner = _owner(mark, spans)
        if owner < len(spans):
            numbers[owner] += mark.numbers
    claims, before = [], 0
    for (start, end), cited in zip(spans, numbers, strict=True):
        text = fold(sanitized(bare[start:end]))
        if any(character.isalnum() for character in text):
            new_line = "\n" in bare[before:start]
            is_head = is_table_head(bare, end) or is_heading(bare, start, end)
            claims.append(Claim(text, tuple(dict.fromkeys(cited)), new_line, is_head))
        before = end
    return claims


@dataclass(frozen=True, slots=True)
class _Mark:
    at: int
    numbers: tuple[int, ...]
    leads: bool


def _take_out(written: str) -> tuple[str, list[_Mark]]:
    """The text without markers, and the places of the markers in it."""
    bare: list[str] = []  # characters, so that every step is as fast at the end of a long text
    marks = []
    for line in written.splitlines(keepends=True):
        found = list(MARKER.finditer(line))
        leading = bool(found) and _opens(line, found[0]) and not _closes(line, found[-1])
        taken, has_words = 0, False
        for match in found:
            text = line[taken : match.start()]
            bare += text
            has_words = has_words or bool(text.strip(_BULLETS))
            comma = _COMMA.match(line, match.end()) if _opens_sentence(bare) else None
            if not comma and has_words:
                _strip_blanks(bare)
            marks.append(_Mark(len(bare), tuple(_numbers(match.group(1))), leading or bool(comma)))
            taken = match.end()
            if comma:  # "According to passage [1], the sea rises."
                bare += line[comma.end() : comma.end() + 1].upper()
                taken = comma.end() + 1
        bare += line[taken:]
    return "".join(bare), marks


def _opens_sentence(bare: Sequence[str]) -> bool:
    tail = "".join(bare[-_NEAR - 1 :])
    return _SENTENCE_START.search(tail, max(0, len(tail) - _NEAR)) is not None


def _strip_blanks(bare: list[str]) -> None:
    while bare and bare[-1] in " \t":
        bare.pop()


def _owner(mark: _Mark, spans: Sequence[Span]) -> int:
    """The index of the span that the mark belongs to; len(spans) when nothing follows a leading mark."""
    behind = bisect.bisect_left(spans, (mark.at, mark.at))
    before = behind - 1
    if mark.leads and (before < 0 or spans[before][1] <= mark.at):
        return behind
    return max(0, before)


def _opens(line: str, marker: re.Match[str]) -> bool:
    return not any(character.isalnum() for character in line[: marker.start()])


def _closes(line: str, marker: re.Match[str]) -> bool:
    return not any(character.isalnum() for character in line[marker.end() :])


def _numbers(listed: str) -> Iterator[int]:
    for part in re.split(r"[,;]", listed):
        bounds = _RANGE.fullmatch(part.strip())
        if bounds is None:
            yield from (int(number) for number in re.findall(r"\d+", part))
            continue
        first, last = int(bounds[1]), int(bounds[2])
        yield from range(first, min(last, first + _WIDEST_RANGE) + 1)
