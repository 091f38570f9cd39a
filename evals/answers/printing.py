"""Prints an evaluation of answers: tables for people, one JSON document for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evals.answers.evaluate import AskedQuestion
from evals.answers.judging import Agreement
from evals.answers.kinds import KIND_COLUMNS, KindCounts, by_kind, kind_rows
from evals.answers.runs import AnswerRun
from evals.answers.summary import Figure, nested
from evals.statistics.gate import GateResult
from ragapp.types import Verdict

SHORTENED = 160


@dataclass(frozen=True, slots=True)
class AnswerSummary:
    """The JSON of `ragapp eval answers --json` and `eval citations --json`.

    `intervals` has the 95% bootstrap interval of each metric by its name. `without_sibling` is the share of
    answers without a text that they must not contain; None if no question names such texts.
    """

    dataset: str
    questions: int
    unanswerable: int
    failed: int
    generator: str
    model: str
    prompt_version: str | None
    exact_match: float
    f1: float
    answer_recall: float
    first_sentence_recall: float
    token_recall: float
    without_sibling: float | None
    kinds: Sequence[KindCounts]
    refusal: Mapping[str, float]
    citation: Mapping[str, float]
    verdicts: Mapping[Verdict, float]
    latency_ms: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    run_file: str
    settings_fingerprint: str
    dataset_sha256: str
    code: str
    judge: Agreement | None
    gate: Sequence[GateResult]


def summary(run: AnswerRun, run_file: Path, gate: Iterable[GateResult]) -> AnswerSummary:
    groups = nested(run.figures)
    said = groups["answer"]
    return AnswerSummary(
        dataset=run.dataset,
        questions=len(run.questions),
        unanswerable=sum(one.answerable is False for one in run.questions.values()),
        failed=len(run.failures),
        generator=run.generator,
        model=run.model,
        prompt_version=run.prompt_version,
        exact_match=said.get("exact_match", 0.0),
        f1=said.get("f1", 0.0),
        answer_recall=said.get("answer_recall", 0.0),
        first_sentence_recall=said.get("first_sentence_recall", 0.0),
        token_recall=said.get("token_recall", 0.0),
        without_sibling=said.get("without_sibling"),
        kinds=by_kind(list(run.questions.values())),
        refusal=groups["refusal"],
        citation=groups["citation"],
        verdicts=run.verdicts,
        latency_ms=run.latency_ms,
        intervals={name: (figure.low, figure.high) for name, figure in run.figures.items()},
        run_file=str(run_file),
        settings_fingerprint=run.settings_fingerprint,
        dataset_sha256=run.dataset_sha256,
        code=run.code,
        judge=run.judge,
        gate=tuple(gate),
    )


def as_text(run: AnswerRun, shown: Iterable[str]) -> RenderableType:
    """The metrics in `shown`, the verdicts, the latency, and the agreement of the judge."""
    refused = sum(one.refused for one in run.questions.values())
    verdicts = ", ".join(f"{share:.3f} {verdict}" for verdict, share in run.verdicts.items())
    return Group(
        f"{run.dataset}: {len(run.questions):,} questions, {refused:,} refused; answers by {run.model}",
        _figures(run, shown),
        *_kinds(run),
        f"sentences: {verdicts}",
        f"answer: {run.latency_ms['p50']:.1f} ms at the median, {run.latency_ms['p95']:.1f} ms at p95",
        *_judge(run),
    )


def _kinds(run: AnswerRun) -> Iterator[RenderableType]:
    """A table by kind of question, where there is more than one."""
    counts = by_kind(list(run.questions.values()))
    if len(counts) > 1:
        table = Table(*KIND_COLUMNS, box=None, header_style="bold")
        for row in kind_rows(counts):
            table.add_row(*row)
        yield table


def _judge(run: AnswerRun) -> Iterator[str]:
    if run.judge is not None:
        kappa = "–" if run.judge.kappa is None else f"{run.judge.kappa:.2f}"
        yield (
            f"judge: {run.judge.judge} agrees with the groundedness check on {run.judge.agreed:.3f} of "
            f"{run.judge.sentences:,} sentences (kappa {kappa})"
        )


def worst_rows(asked: Sequence[AskedQuestion], count: int) -> list[tuple[str, str, str, str]]:
    """Question id, question, gold answer and answer of the `count` worst, the worst first."""
    return [
        (
            one.question.id,
            one.answer.standalone_question,
            _short(_gold(one)),
            _short(one.answer.answer),
        )
        for one in sorted(asked, key=lambda one: one.worth)[:count]
    ]


def _gold(one: AskedQuestion) -> str:
    if one.question.answerable is False:
        return "(unanswerable)"
    return " | ".join(one.question.answers) or one.question.pattern or "(any answer)"


def worst_cases(asked: Sequence[AskedQuestion], count: int) -> RenderableType:
    """Prints the `count` worst answers, the worst first."""
    lines = []
    for name, question, gold, said in worst_rows(asked, count):
        lines += [
            Text(f"\n{name}: {question}", style="bold"),
            Text(f"  gold: {gold}"),
            Text(f"  said: {said}"),
        ]
    return Group(*lines)


def _figures(run: AnswerRun, shown: Iterable[str]) -> Table:
    table = Table("metric", "value", "95% interval", "questions", box=None, header_style="bold")
    for name in shown:
        figure = run.figures.get(name)
        if figure is not None and figure.n:
            interval = f"{figure.low:.3f} to {figure.high:.3f}"
            table.add_row(name, f"{figure.value:.3f}", interval, f"{figure.n:,}")
    return table


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHORTENED else line[: SHORTENED - 1] + "…"


SHORT = {"exact_match", "answer_recall", "first_sentence_recall"}
"""Metrics that are meaningless if gold answers are whole paragraphs. They are shown if any
question scores.
"""


def cell(figures: Mapping[str, Figure], metric: str) -> str:
    """The metric's value with its confidence interval; a dash if it is missing or means nothing here."""
    figure = figures.get(metric)
    if figure is None or figure.n == 0 or says_nothing(figures, metric):
        return "–"
    return f"{_two_places(figure.value)} ({_two_places(figure.low)}–{_two_places(figure.high)})"


def says_nothing(figures: Mapping[str, Figure], metric: str) -> bool:
    """Whether the metric is meaningless because no gold answer is short enough to occur verbatim in an
    answer.
    """
    return metric in SHORT and figures[metric].value == 0


def markdown(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *lines))


def _two_places(value: float) -> str:
    return f"{value:.2f}"
