"""What of a document was not read: the entries of its reading report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

GapKind = Literal["picture", "letters", "attachment", "part", "hidden", "limit", "uncertain"]
"""What is missing, and why.

- `picture`: a picture whose text was not recognized.
- `letters`: text whose font does not say which letters it has.
- `attachment`: a file inside this one that was not opened.
- `part`: a part that is damaged or missing, or of a kind that is not read.
- `hidden`: left out because it is hidden.
- `limit`: cut off at a limit.
- `uncertain`: read, but perhaps wrongly.
"""

MAX_GAPS = 100
"""Entries of one report. Those beyond are counted in its last entry."""


@dataclass(frozen=True, slots=True)
class ReadingGap:
    """Something that a document holds and its text lacks.

    `where` is its place in the words of a reader, such as "pages 2 to 5" or "attachment plan.docx". `why` is
    a sentence with the reason and, if something can be done, the remedy. `page` is the first page that it
    concerns, counted from 1; None when it has no page.
    """

    what: GapKind
    where: str
    why: str
    page: int | None = None


def page_gap(what: GapKind, pages: Iterable[int], why: str) -> ReadingGap:
    """One gap of one or more pages, which count from 1 and need not be in order."""
    numbers = sorted(set(pages))
    return ReadingGap(what, _page_names(numbers), why, numbers[0])


def bounded_gaps(gaps: Iterable[ReadingGap]) -> tuple[ReadingGap, ...]:
    """The gaps without repetitions, at most MAX_GAPS."""
    distinct = tuple(dict.fromkeys(gaps))
    if len(distinct) <= MAX_GAPS:
        return distinct
    left = len(distinct) - MAX_GAPS + 1
    rest = ReadingGap("part", f"{left} more places", "This report lists only the first of them.")
    return (*distinct[: MAX_GAPS - 1], rest)


def in_runs(numbers: Iterable[int], shown: Callable[[int], str] = str) -> str:
    """Numbers in words, each as it is `shown`: "2 to 5 and 9". They need not be in order."""
    ordered = sorted(set(numbers))
    runs = [
        [number for _, number in run]
        for _, run in groupby(enumerate(ordered), key=lambda pair: pair[1] - pair[0])
    ]
    names = [shown(run[0]) if len(run) == 1 else f"{shown(run[0])} to {shown(run[-1])}" for run in runs]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _page_names(numbers: list[int]) -> str:
    """Such as "page 3" or "pages 2 to 5 and 9"."""
    return f"{'page' if len(numbers) == 1 else 'pages'} {in_runs(numbers)}"
