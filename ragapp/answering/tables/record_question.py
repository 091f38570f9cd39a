"""What is left to be understood of a question, word by word."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from re import Match, Pattern
from typing import Final

from ragapp.answering.tables.labels import label_stems, names_nothing
from ragapp.answering.tables.record_tables import RecordColumn, RecordTable
from ragapp.answering.tables.record_words import LIGHT, NOT, QUANTITIES

_WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
NEAR: Final = 3
"""Words before or after a number among which the name of its column is looked for."""


@dataclass(slots=True)
class _Word:
    text: str
    stems: tuple[str, ...]
    start: int
    used: bool = False


@dataclass(slots=True)
class RecordQuestion:
    """A question whose words are used up one by one as they are understood."""

    text: str
    words: list[_Word] = field(init=False)

    def __post_init__(self) -> None:
        self.words = [
            _Word(found.group().lower(), label_stems(found.group()), found.start())
            for found in _WORD.finditer(self.text)
        ]

    def take(self, pattern: Pattern[str]) -> Match[str] | None:
        """What the pattern finds among the words that are not used yet, which uses them up."""
        for found in pattern.finditer(self.text):
            inside = self._between(found.start(), found.end())
            if inside and not any(word.used for word in inside):
                for word in inside:
                    word.used = True
                return found
        return None

    def free(self, start: int, end: int) -> None:
        """Gives the words of a span back."""
        for word in self._between(start, end):
            word.used = False

    def column_in(self, start: int, end: int, columns: Iterable[RecordColumn]) -> RecordColumn | None:
        """The column that unused words of a span name, the longest name first; the words are used up."""
        words = [word for word in self._between(start, end) if not word.used]
        column = best_column([word.text for word in words], columns)
        if column is not None:
            self.use_column(words, column)
        return column

    def near(self, start: int, end: int, columns: Sequence[RecordColumn]) -> RecordColumn | None:
        """The column that is named right after a span, or else right before it."""
        after = [word for word in self.words if word.start >= end][:NEAR]
        before = [word for word in self.words if word.start < start][-NEAR:]
        for words in (after, before):
            open_words = [word for word in words if not word.used]
            column = best_column([word.text for word in open_words], columns)
            if column is not None:
                self.use_column(open_words, column)
                return column
        return None

    def use_column(self, words: Iterable[_Word], column: RecordColumn) -> None:
        for word in words:
            meant = meant_by(word.text)
            if meant and meant & column.stems:
                word.used = True

    def values(self, table: RecordTable) -> list[tuple[RecordColumn, str, bool]]:
        """The values of columns that the unused words name, each with whether it is excluded; longer ones
        first."""
        known = [
            (stems, column, value)
            for column in table.columns
            for stems, value in column.values.items()
            if not names_nothing(stems)
        ]
        found = []
        for stems, column, value in sorted(known, key=lambda one: -len(one[0])):
            at = self._find(stems)
            if at is not None and not self._is_common(at, len(stems), value):
                found.append((column, value, self._excluded(at)))
                for word in self.words[at : at + len(stems)]:
                    word.used = True
        return found

    def rest(self) -> list[str]:
        """The words that nothing explains so far."""
        return [word.text for word in self.words if not word.used]

    def explain(self, stems: Collection[str]) -> int:
        """Uses up the words that have these stems only; returns how many."""
        found = [one for one in self.words if not one.used and one.stems and set(one.stems) <= set(stems)]
        for word in found:
            word.used = True
        return len(found)

    def unexplained(self) -> list[str]:
        return [word.text for word in self.words if not word.used and word.stems and word.text not in LIGHT]

    def _is_common(self, at: int, length: int, value: str) -> bool:
        """Whether a single word in lower case names a column too, such as "sales", a department."""
        word = self.words[at]
        return length == 1 and word.text in LIGHT and value[:1].isupper() and self.text[word.start].islower()

    def _find(self, stems: tuple[str, ...]) -> int | None:
        for at in range(len(self.words) - len(stems) + 1):
            window = self.words[at : at + len(stems)]
            if (
                not any(word.used for word in window)
                and tuple(one for word in window for one in word.stems) == stems
            ):
                return at
        return None

    def _excluded(self, at: int) -> bool:
        """Whether a word for "not" stands before, which is used up."""
        for word in self.words[max(0, at - 2) : at]:
            if word.text in NOT or word.text.endswith("n't"):
                word.used = True
                return True
        return False

    def _between(self, start: int, end: int) -> list[_Word]:
        return [word for word in self.words if start <= word.start < end]


def meant_by(word: str) -> frozenset[str]:
    """The stems of names of columns that a word can mean."""
    return frozenset((*label_stems(word), *QUANTITIES.get(word, ())))


def best_column(words: Sequence[str], columns: Iterable[RecordColumn]) -> RecordColumn | None:
    """The column of whose name most is named by the words; None when none is."""
    own = frozenset(stem for word in words for stem in label_stems(word))
    meant = own | frozenset(stem for word in words for stem in QUANTITIES.get(word, ()))
    best, most = None, (0.0, 0.0)
    for column in columns:
        if not column.stems:
            continue
        share = len(column.stems & own) / len(column.stems)
        implied = len(column.stems & meant) / len(column.stems)
        score = (share if len(column.stems & own) > 1 or share > 0.4 else 0.0, implied)
        if max(score) > 0.4 and score > most:
            best, most = column, score
    return best
