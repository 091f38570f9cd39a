"""Scores answers: every question of a dataset through the service, one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rich.progress import Progress

from evals.answers.corpus import AnswerCorpus
from evals.answers.judging import Agreement, Opinion, agreement, open_judge, opinions
from evals.answers.runs import AnswerRun, answer_settings
from evals.answers.scoring import ask, score_answer
from evals.answers.summary import figures, latency, verdict_shares
from evals.answers.types import AnswerDataset, AnswerQuestion, QuestionResult
from evals.runs import code_version, fingerprint, now
from ragapp.answering.prompt import PROMPT_VERSION
from ragapp.settings import Settings
from ragapp.types import Answer, AskMode, SearchQuery, Turn

EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question, its answer in words, and how it scored: what a person looks at."""

    question: AnswerQuestion
    answer: Answer
    result: QuestionResult

    @property
    def worth(self) -> float:
        """A key that sorts the worst answers first: by whether refusing was right, then by the recall."""
        scores = self.result.scores
        recalls = [value for name, value in scores.items() if name.endswith("_recall")]
        return scores.get("refusal_right", 1.0) + (sum(recalls) / len(recalls) if recalls else 1.0)


def evaluate_answers(
    dataset: AnswerDataset, library: AnswerCorpus, settings: Settings, progress: Progress
) -> tuple[AnswerRun, list[AskedQuestion]]:
    """Asks every question of the ingested dataset. Raises ModelError when the generator cannot write."""
    mode: AskMode = "extractive" if settings.generator == EXTRACTIVE else "generate"
    # Loads models and indexes before the measurement.
    library.service.search(SearchQuery("warm up", collection=library.collection))
    judge = open_judge(settings)
    asked = []
    conversations: dict[str, tuple[Turn, ...]] = {}
    found: list[Opinion] = []
    for question in progress.track(dataset.questions, description="asking"):
        before = conversations.get(question.follows, ())
        answer, taken = ask(library, question, mode, before)
        conversations[question.id] = (*before, Turn(answer.standalone_question, answer.answer))
        result = replace(score_answer(library, question, answer, taken.ms), cpu_ms=taken.cpu_ms)
        if judge is not None and not answer.refused:
            own = opinions(judge, answer)
            found += own
            result = _judged(result, own)
        asked.append(AskedQuestion(question, answer, result))
    agreed = agreement(judge, found) if judge is not None else None
    results = {one.question.id: one.result for one in asked}
    return run_of(dataset, library, settings, results, agreed), asked


def _judged(result: QuestionResult, found: Sequence[Opinion]) -> QuestionResult:
    """With the share of the sentences that the judge finds supported; a sentence without citations is not."""
    share = sum(one.judged for one in found) / max(1, sum(result.verdicts.values()))
    return replace(result, scores={**result.scores, "judged_faithful": share})


def run_of(
    dataset: AnswerDataset,
    library: AnswerCorpus,
    settings: Settings,
    questions: Mapping[str, QuestionResult],
    agreed: Agreement | None = None,
) -> AnswerRun:
    """The run with these results by question."""
    results = list(questions.values())
    values = answer_settings(settings)
    generates = settings.generator != EXTRACTIVE
    prompt_version = PROMPT_VERSION if generates else None
    return AnswerRun(
        dataset=dataset.name,
        dataset_sha256=dataset.sha256,
        generator=settings.generator,
        model=library.service.model_names().generator if generates else EXTRACTIVE,
        prompt_version=prompt_version,
        settings=values,
        settings_fingerprint=fingerprint(values, settings.generator, library.embedder, library.recipe),
        embedder=library.embedder,
        recipe=library.recipe,
        code=code_version(),
        created_at=now(),
        failures=library.failures,
        figures=figures(results),
        verdicts=verdict_shares(results),
        latency_ms=latency(results),
        questions=questions,
        judge=agreed,
    )
