"""The candidates for an answer: sentences, list items and table rows of passages, as the reader gets them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, zip_longest
from typing import Literal

from ragapp.answering.groundedness.non_claims import without_list_mark
from ragapp.answering.groundedness.sources import row_cells, sentence_parts
from ragapp.answering.passages import Passage, SourceSentence
from ragapp.answering.terms import POINTING_BACK, fold, stems, words

CandidateKind = Literal["sentence", "item", "row", "list"]
"""A `list` is what introduces a list, with all its items."""

LONGEST_LABEL = 120
"""Characters of the title path that the reader gets with a candidate."""

LONGEST_LEAD_IN = 200
LONGEST_LISTED_LINE = 100
LONGEST_LIST = 700
"""Characters of a list that is read as a whole: the reader reads some 200 words."""
SHORTEST_LEAD_IN = 3
"""Words of a line without a colon that introduces a list. Less is a heading."""
SHORTEST = 2
"""Words of a sentence at least. Less is a heading, a page number or the crumb of a table."""

FEWEST_TITLE_WORDS = 2
"""A title of one word, or of none, is more often a program's than a person's."""

_RULE = re.compile(r"[\s|:+=_*.-]*")
_PARTS = re.compile(r" ?[>›] ?")
_ITEM = re.compile(r"^\s*(?:[-*+•▪●◦‣·–o]|\(?\d{1,3}[.)]|\(?[a-zA-Z]{1,2}\))\s+\S")
_FILE_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_BY_PROGRAM = re.compile(r"(?:microsoft|powerpoint|untitled|document\d|slide \d)", re.IGNORECASE)
_ANNOUNCES = re.compile(r"\b(?:following|below|as follows|listed)\b", re.IGNORECASE)
_LINE = re.compile(r"\S[^\n]*(?<=\S)")
LONGEST_CODE_LINE = 4
"""Words of a line in a listing without marks."""

_CONTENTS_LINE = re.compile(r"\.{4,}|(?: \.){4}")
"""The leaders between a heading and its page in a table of contents."""

_TOPIC = re.compile(r"\s*\(?\d{1,3}(?:\.\d{1,3})?[.)]\s+(?P<topic>[^\W\d_][^.!?]{1,58})\.$")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
LONGEST_TOPIC = 5
"""Words of a heading that opens its paragraph: "4. Term. The agreement starts …"."""

_JOINTS = re.compile(r"[_\s]+|(?<=\w)-(?=\w)")


@dataclass(frozen=True)
class Candidate:
    """The span `passage.hit.text[start:end]`, which may answer.

    `text` is what it says by itself, on one line; `label` names its document, section and topic: what a
    numbered paragraph opens with, "4. Term." A row has `cells`
    as (header, value) pairs, with an empty header where the table names none. `lead_in` introduces a list's
    items; `before` is what a sentence refers back to; `head` is the header of a row's table in the passage.
    """

    passage: Passage
    start: int
    end: int
    text: str
    kind: CandidateKind = "sentence"
    lead_in: SourceSentence | None = None
    before: SourceSentence | None = None
    cells: tuple[tuple[str, str], ...] = ()
    head: SourceSentence | None = None
    topic: str = ""

    @cached_property
    def label(self) -> str:
        path = title_path(self.passage)
        return " › ".join(part for part in (path, self.topic) if part)

    @cached_property
    def label_stems(self) -> frozenset[str]:
        """The stems of the passage's label and of the topic."""
        return self.passage.label_stems | frozenset(stems(self.topic))

    @cached_property
    def body(self) -> str:
        """The text that is scored: a row as "header: value; …", an item after its lead-in."""
        if self.kind == "row":
            return "; ".join(f"{head}: {value}" if head else value for head, value in self.cells if value)
        return f"{fold(self.lead_in.text)[-LONGEST_LEAD_IN:]} {self.text}" if self.lead_in else self.text

    @cached_property
    def reading_text(self) -> str:
        """What the reader gets: the title path, a colon and the body."""
        return f"{self.label}: {self.body}" if self.label else self.body

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stems(self.body))


@dataclass
class _Reading:
    """Where the walk through a passage's sentences is: inside a table, or a list."""

    head: tuple[str, ...] = ()
    header: SourceSentence | None = None
    lead_in: SourceSentence | None = None
    previous: SourceSentence | None = None
    topic: SourceSentence | None = None

    def topic_of(self, passage: Passage, sentence: SourceSentence) -> str:
        """What the sentence's paragraph opens with."""
        if self.topic is None or _BLANK_LINE.search(passage.hit.text, self.topic.end, sentence.start):
            return ""
        named = _TOPIC.match(fold(self.topic.text))
        return named["topic"] if named else ""


def candidates_in(passages: Sequence[Passage]) -> list[Candidate]:
    """Every sentence, item and row of the passages, in reading order, but no titles and table heads."""
    return [one for passage in passages for one in _with_lists(list(_in_passage(passage)))]


def _with_lists(found: Sequence[Candidate]) -> Iterator[Candidate]:
    """The candidates, and before the first item of each introduced list the list as a whole."""
    for lead_in, group in groupby(found, key=lambda one: one.lead_in):
        items = list(group)
        if lead_in is not None and len(items) > 1:
            last = items[-1]
            passage, span = last.passage, (lead_in.start, last.end)
            whole = fold(passage.hit.text[slice(*span)])
            if len(whole) <= LONGEST_LIST:
                yield Candidate(passage, *span, whole, "list")
        yield from items


def _in_passage(passage: Passage) -> Iterator[Candidate]:
    state = _Reading(head=_head_above(passage))
    in_table = False
    followed = zip_longest(passage.sentences, passage.sentences[1:])
    for sentence, following in followed:
        text = fold(sentence.text)
        if _CONTENTS_LINE.search(text):
            continue
        cells = row_cells(text)
        if cells:
            if _RULE.fullmatch(text):
                continue
            if not in_table and (not state.head or _is_head_row(cells, passage, sentence)):
                state.head, in_table = (cells, True) if _names_columns(cells) else ((), True)
                state.header = sentence if state.head else None
                if state.head:
                    continue
            in_table = True
            yield _row(passage, sentence, text, cells, state)
            continue
        if in_table:
            state.head, state.header, in_table = (), None, False
        if _opens_paragraph(passage, sentence, text, following):
            state.topic, state.lead_in, state.previous = sentence, None, sentence
            continue
        if _introduces(text, following):
            state.lead_in = state.previous = sentence
            continue
        yield from _of_prose(passage, sentence, text, state)
        state.previous = sentence


def _of_prose(passage: Passage, sentence: SourceSentence, text: str, state: _Reading) -> Iterator[Candidate]:
    if state.lead_in is not None and (lines := _listed_lines(sentence.text)):
        for line in lines:
            start, end = (sentence.start + at for at in line.span())
            yield Candidate(passage, start, end, fold(line.group()), "item", lead_in=state.lead_in)
        return
    if _ITEM.match(sentence.text) or (state.lead_in is not None and _is_listed_line(text)):
        yield Candidate(
            passage, sentence.start, sentence.end, without_list_mark(text), "item", lead_in=state.lead_in
        )
        return
    state.lead_in = None
    if sentence.is_title or len(words(text)) < SHORTEST:
        return
    for start, end in sentence_parts(sentence.text.replace("\n", " ")):
        part = SourceSentence(sentence.start + start, sentence.start + end, sentence.text[start:end])
        before = _antecedent(part, state.previous)
        topic = state.topic_of(passage, part)
        yield Candidate(passage, part.start, part.end, fold(part.text), before=before, topic=topic)
        state.previous = part


def _opens_paragraph(
    passage: Passage, sentence: SourceSentence, text: str, following: SourceSentence | None
) -> bool:
    """Whether a numbered line is the heading of the sentences that follow it on the same line."""
    named = _TOPIC.match(text)
    if named is None or following is None or len(words(named["topic"])) > LONGEST_TOPIC:
        return False
    return "\n" not in passage.hit.text[sentence.end : following.start]


def _introduces(text: str, following: SourceSentence | None) -> bool:
    """Whether a line introduces a list: it ends with a colon, or without an end before an item, or it
    announces the lines below it.
    """
    if text.endswith((":", "：")):
        return True
    if following is not None and _ANNOUNCES.search(text) and _listed_lines(following.text):
        return True
    is_open = text[-1:].isalnum() and len(words(text)) >= SHORTEST_LEAD_IN and not _ITEM.match(text)
    return is_open and following is not None and _ITEM.match(following.text) is not None


def _listed_lines(text: str) -> list[re.Match[str]]:
    """The lines of a listing without marks, such as of code: several, each short, and no sentences."""
    lines = list(_LINE.finditer(text))
    is_listing = all(
        len(one.group().split()) <= LONGEST_CODE_LINE and one.group()[-1] not in ".!?:" for one in lines
    )
    return lines if is_listing and len(lines) > 1 else []


def _is_listed_line(text: str) -> bool:
    """Whether a line below a lead-in is one of a list without marks: short, and no sentence."""
    return len(text) <= LONGEST_LISTED_LINE and not text.endswith((".", "!", "?"))


def _antecedent(sentence: SourceSentence, previous: SourceSentence | None) -> SourceSentence | None:
    opening = words(sentence.text)[:1]
    points_back = bool(opening) and opening[0].lower() in POINTING_BACK
    return previous if points_back and previous is not None and not previous.is_title else None


def _row(
    passage: Passage, sentence: SourceSentence, text: str, cells: tuple[str, ...], state: _Reading
) -> Candidate:
    names = state.head if len(state.head) == len(cells) else _aligned(state.head, len(cells))
    pairs = tuple(zip(names, cells, strict=True))
    return Candidate(passage, sentence.start, sentence.end, text, "row", cells=pairs, head=state.header)


def _aligned(head: tuple[str, ...], count: int) -> tuple[str, ...]:
    """A header with fewer or more cells than its row: aligned at its end, as a first empty cell gets lost."""
    if len(head) > count:
        return head[-count:] if count else ()
    return ("",) * (count - len(head)) + head


def _head_above(passage: Passage) -> tuple[str, ...]:
    """The header row that a chunk from the middle of a table has at the end of its heading."""
    heading = passage.hit.heading or ""
    return row_cells(_PARTS.split(fold(heading))[-1]) if "|" in heading else ()


def _is_head_row(cells: tuple[str, ...], passage: Passage, sentence: SourceSentence) -> bool:
    return _names_columns(cells) and passage.sentences.index(sentence) <= 1


def _names_columns(cells: tuple[str, ...]) -> bool:
    """Whether cells name columns: words or years, and no other numbers."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and not any(_is_figure(cell) for cell in filled)


def _is_figure(cell: str) -> bool:
    digits = sum(character.isdigit() for character in cell)
    letters = sum(character.isalpha() for character in cell)
    is_year = re.fullmatch(r"\(?(?:19|20)\d\d\)?", cell) is not None
    return digits > 0 and digits >= letters and not is_year


def title_path(passage: Passage) -> str:
    """The path "Document › Section › Subsection" without a table's header, at most LONGEST_LABEL letters."""
    parts = [part for part in _PARTS.split(fold(passage.hit.heading or "")) if part and "|" not in part]
    title = document_title(passage.hit.document_name, passage.hit.title)
    if title and not any(title.lower() == part.lower() for part in parts):
        parts.insert(0, title)
    while len(parts) > 1 and len(" › ".join(parts)) > LONGEST_LABEL:
        parts.pop(1 if len(parts) > 2 else 0)
    return " › ".join(parts)[:LONGEST_LABEL].strip()


def document_title(name: str, title: str | None) -> str:
    """What people call the document: its title if that has words, else its file name in words."""
    named = fold(title or "")
    if len(_WORDS.findall(named)) >= FEWEST_TITLE_WORDS and not _BY_PROGRAM.match(named):
        return named
    return fold(_JOINTS.sub(" ", _FILE_ENDING.sub("", name)))
