"""Figures of answers as cells of a Markdown table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from evals.answers.summary import Figure

SHORT = {"exact_match", "answer_recall"}
"""Metrics that say nothing where gold answers are whole paragraphs: shown where any question scores."""


def cell(figures: Mapping[str, Figure], metric: str) -> str:
    """The value with its interval; a dash where there is none, or it says nothing."""
    figure = figures.get(metric)
    if figure is None or figure.n == 0 or says_nothing(figures, metric):
        return "–"
    return f"{_two_places(figure.value)} ({_two_places(figure.low)}–{_two_places(figure.high)})"


def says_nothing(figures: Mapping[str, Figure], metric: str) -> bool:
    """Whether no gold answer of the set is short enough to be in an answer word for word."""
    return metric in SHORT and figures[metric].value == 0


def markdown(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table, a line for each of `lines`."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *lines))


def _two_places(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")
