"""The effect of the groundedness check: drafts of a model unchecked, as they are served, and under `strict`.

    RAGAPP_GENERATOR=local python -m evals.research.checking SET … --limit 20 [--widen 0] --out FOLDER

Scores the same draft of each question in three ways. `unchecked` cites the whole of each passage that the
model names, as applications do that trust the model's citation numbers. Writes a run file for each way.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator as Coroutine
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Literal

from rich.console import Console
from rich.progress import Progress

from evals.answers.ablations import table
from evals.answers.corpus import AnswerCorpus, open_answer_corpus
from evals.answers.evaluate import run_of
from evals.answers.runs import AnswerRun
from evals.answers.scoring import score_answer
from evals.answers.types import AnswerDataset, AnswerQuestion, QuestionResult
from evals.datasets.answering import load_answer_dataset, sample_questions
from evals.runs import fingerprint, write_run
from ragapp.answering.answerer import Answerer
from ragapp.answering.budget import GenerationLimits
from ragapp.answering.claims import Claim, read_claims
from ragapp.answering.extractive import Extractor
from ragapp.answering.generated_text import GeneratedText, generate_text
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.answering.passages import Passage, number_hits
from ragapp.answering.prompt import denies
from ragapp.answering.rewriting import Rewriter
from ragapp.answering.statements import Evidence, PageAt, Statement, numbered, written
from ragapp.errors import UsageError
from ragapp.models.build import build_generators, build_reranker
from ragapp.protocols import Generator, WrappedGenerator
from ragapp.settings import Settings
from ragapp.types import Answer, Ending, SearchedQuestion, SearchQuery

Policy = Literal["unchecked", "mark", "strict"]
POLICIES: tuple[Policy, ...] = ("unchecked", "mark", "strict")

HITS = 8
"""As many as `RagService.ask` searches by default."""


class Repeating(WrappedGenerator):
    """A generator that repeats, at once, what the wrapped generator once wrote for a prompt."""

    def __init__(self, generator: Generator) -> None:
        super().__init__(generator)
        self._drafts: dict[str, GeneratedText] = {}
        self.last = ""

    def generate(self, system: str, prompt: str, max_tokens: int) -> Coroutine[str, None, Ending]:
        if prompt not in self._drafts:
            self._drafts[prompt] = generate_text(self._generator, system, prompt, max_tokens)
        draft = self._drafts[prompt]
        self.last = draft.text
        yield draft.text
        return draft.ending


@dataclass(frozen=True, slots=True)
class Setup:
    """A corpus, the generator, and an answerer for each checking policy."""

    corpus: AnswerCorpus
    writer: Repeating
    answerers: Mapping[Policy, Answerer]

    def answers(self, question: AnswerQuestion) -> Iterator[tuple[Policy, Answer]]:
        """Yields the answer under each policy, `unchecked` last. Raises ModelError."""
        self.writer.last = ""
        alone = Rewriter().rewrite(question.question, question.history)
        query = SearchQuery(alone.question, self.corpus.collection, HITS, filters=question.filters)
        found = self.corpus.service.search(query)
        answer = None
        searched = SearchedQuestion(question.question, found, alone.by)
        for policy, answerer in self.answerers.items():
            *_, last = answerer.answer(searched, "generate")
            answer = last.answer
            assert answer is not None
            yield policy, answer
        if answer is not None:
            yield "unchecked", unchecked(answer, self.writer.last, _page_at(self.corpus))


def unchecked(answer: Answer, draft: str, page_at: PageAt) -> Answer:
    """The answer with the unchecked draft: every sentence stays, and cites the whole of the passages it
    names.
    """
    claims = read_claims(draft)
    if not claims or denies(claims[0].text):
        return replace(answer, refused=True, sentences=(), citations=())
    passages = {passage.number: passage for passage in number_hits(answer.hits)}
    statements = [_trusted(claim, passages) for claim in claims]
    sentences, citations = numbered(statements, page_at)
    text = written(statements, sentences)
    return replace(answer, refused=False, answer=text, sentences=sentences, citations=citations)


def _trusted(claim: Claim, passages: Mapping[int, Passage]) -> Statement:
    cited = [passages[number] for number in claim.passages if number in passages]
    whole = tuple(Evidence(passage, 0, len(passage.hit.text)) for passage in cited)
    return Statement(claim.text, "unsupported", whole, claim.new_line)


def _page_at(corpus: AnswerCorpus) -> PageAt:
    text = corpus.service.document_text
    return lambda document_id, version, at: text(document_id, version).page_at(at)


def _open_setup(corpus: AnswerCorpus, settings: Settings) -> Setup:
    found = build_generators(settings)
    if not found:
        raise UsageError("No generator is configured. Set RAGAPP_GENERATOR to `local` or `openai:MODEL`.")
    writer = Repeating(found[0])
    text = corpus.service.document_text
    reranker = build_reranker(settings.support_model, settings) if settings.support_model else None

    def read(question: str, text: str) -> float | None:
        return float(reranker.score(question, [text])[0]) if reranker else None

    def answerer(policy: Policy) -> Answerer:
        return Answerer(
            GeneratorChain([writer]),
            Extractor(model=read),
            page_at=_page_at(corpus),
            span_of=lambda document_id, version, start, end: text(document_id, version).text[start:end],
            limits=GenerationLimits(settings.prompt_tokens, settings.answer_tokens, settings.widen_tokens),
            strict=policy == "strict",
        )

    checking: tuple[Policy, ...] = ("mark", "strict")
    return Setup(corpus, writer, {policy: answerer(policy) for policy in checking})


def score(
    dataset: AnswerDataset, setup: Setup, settings: Settings, progress: Progress
) -> dict[Policy, AnswerRun]:
    """Scores all questions of the dataset; returns a run for each policy. Raises ModelError."""
    results: dict[Policy, dict[str, QuestionResult]] = {policy: {} for policy in POLICIES}
    for question in progress.track(dataset.questions, description=dataset.name):
        started = perf_counter()
        for policy, answer in setup.answers(question):
            milliseconds = 1000 * (perf_counter() - started)
            results[policy][question.id] = score_answer(setup.corpus, question, answer, milliseconds)
    return {policy: _run(dataset, policy, found, setup, settings) for policy, found in results.items()}


def _run(
    dataset: AnswerDataset,
    policy: Policy,
    found: Mapping[str, QuestionResult],
    setup: Setup,
    settings: Settings,
) -> AnswerRun:
    made = run_of(dataset, setup.corpus, settings, found)
    values = {**made.settings, "verify": policy}
    return replace(made, settings=values, settings_fingerprint=fingerprint(made.settings_fingerprint, policy))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--widen", type=int, default=Settings().widen_tokens)
    parser.add_argument("--data-dir", type=Path, default=Settings().data_dir)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    settings = Settings(data_dir=given.data_dir, widen_tokens=given.widen)
    made: list[AnswerRun] = []
    with Progress(console=Console(stderr=True)) as progress:
        for path in given.sets:
            whole = load_answer_dataset(path)
            with open_answer_corpus(whole, settings, progress) as corpus:
                setup = _open_setup(corpus, settings)
                runs = score(sample_questions(whole, given.limit, seed=0), setup, settings, progress)
                setup.writer.close()
            for policy, run in runs.items():
                write_run(given.out / f"{run.dataset}.{given.limit}.{policy}.{given.widen}.json.gz", run)
                made.append(run)
    sys.stdout.write(table(made) + "\n")


if __name__ == "__main__":
    main()
