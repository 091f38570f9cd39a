"""What writes and checks answers."""

from __future__ import annotations

from ragapp.answering.answerability import AnswerabilityModel
from ragapp.answering.answerer import Answerer
from ragapp.answering.generation import GenerationLimits
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.errors import ModelError
from ragapp.lazy import Lazy
from ragapp.models.build import build_generators, build_large_generator, build_reranker
from ragapp.protocols import Generator
from ragapp.settings import Settings
from ragapp.store.sql_store import SqlStore
from ragapp.telemetry.observer import Telemetry
from ragapp.telemetry.traced_models import TracedGenerator


def build_generator_chain(settings: Settings, telemetry: Telemetry | None) -> GeneratorChain:
    usual, large = build_generators(settings), build_large_generator(settings)

    def watched(generator: Generator) -> Generator:
        return generator if telemetry is None else TracedGenerator(generator, telemetry)

    return GeneratorChain([watched(one) for one in usual], None if large is None else watched(large))


def build_answerer(settings: Settings, store: SqlStore, writers: GeneratorChain) -> Answerer:
    return Answerer(
        writers,
        page_at=store.page_at,
        span_of=store.span,
        limits=GenerationLimits(settings.prompt_tokens, settings.answer_tokens, settings.widen_tokens),
        strict=settings.verify == "strict",
        support_model=_build_reader(settings),
    )


def _build_reader(settings: Settings) -> AnswerabilityModel | None:
    name = settings.support_model
    if not name:
        return None
    model = Lazy(lambda: build_reranker(name, settings))

    def read(question: str, text: str) -> float | None:
        try:
            return float(model.get().score(question, [text])[0])
        except ModelError:  # its files are still on their way
            return None

    return read
