"""The report of an answer run, alone or compared with a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from evals.answers.kinds import KIND_COLUMNS, by_kind, kind_rows
from evals.answers.runs import COMPARED, AnswerRun
from evals.answers.summary import SHOWN
from evals.report.page import page, section, table
from evals.report.parts import NO_TEXTS, compared_section, moved_section, settings_section
from evals.report.plots import PlotBar, bars, histogram
from evals.runs import SettingValue

MOVED_BY = ("refusal_right", "answer_recall", "first_sentence_recall", "token_recall")
"""The metrics for which questions that changed are listed."""


def answers_page(
    run: AnswerRun,
    baseline: AnswerRun | None = None,
    texts: Mapping[str, str] = NO_TEXTS,
    worst: Sequence[tuple[str, str, str, str]] = (),
) -> Markup:
    """Builds the report. `texts` are the questions by id; `worst` are the worst answers: id, question, gold,
    answer.
    """
    refused = sum(one.refused for one in run.questions.values())
    lead = f"{len(run.questions):,} questions, {refused:,} refused; answers by {run.model}; {run.created_at}."
    return page(
        f"Answers: {run.dataset}",
        lead,
        [
            *(_against(run, baseline, texts) if baseline else ()),
            section("Figures", bars("Each with its 95% bootstrap interval", _bars(run), "")),
            section(
                "By kind of question", table(KIND_COLUMNS, kind_rows(by_kind(list(run.questions.values()))))
            ),
            section("Sentences by verdict", _verdicts(run)),
            section("How long an answer takes", histogram(_LATENCY, _times(run), "milliseconds")),
            section("The worst answers", _worst(worst)),
            settings_section(run.settings, _names(run)),
        ],
    )


_LATENCY = "From the question to the whole answer"


def _against(run: AnswerRun, baseline: AnswerRun, texts: Mapping[str, str]) -> list[Markup]:
    now, before = run.scores(), baseline.scores()
    moved = [name for name in MOVED_BY if name in now and name in before]
    return [
        compared_section(run, baseline, _settings(run), _settings(baseline)),
        *(moved_section(name, now[name], before[name], texts) for name in moved),
    ]


def _settings(run: AnswerRun) -> dict[str, SettingValue]:
    return {"answers by": run.model, "prompt version": run.prompt_version, **run.settings}


def _bars(run: AnswerRun) -> list[PlotBar]:
    named = [(name, run.figures[name]) for name in SHOWN if name in run.figures]
    return [PlotBar(name.replace("_", " "), one.value, one.low, one.high) for name, one in named if one.n]


def _verdicts(run: AnswerRun) -> Markup:
    return table(("verdict", "share"), list(run.verdicts.items()))


def _worst(worst: Sequence[tuple[str, str, str, str]]) -> Markup:
    return table(("", "question", "gold", "said"), worst) if worst else Markup("")


def _times(run: AnswerRun) -> list[float]:
    return [one.ms for one in run.questions.values()]


def _names(run: AnswerRun) -> dict[str, object]:
    return {
        "settings fingerprint": run.settings_fingerprint,
        "dataset SHA-256": run.dataset_sha256,
        "generator": run.generator,
        "prompt version": run.prompt_version or "–",
        "embedder": run.embedder,
        "code": run.code,
        "compared by": ", ".join(COMPARED),
    }
