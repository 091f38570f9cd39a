"""Builds the generators and the answerer."""

from __future__ import annotations

from ragapp.answering.answerability import AnswerabilityModel
from ragapp.answering.answerer import Answerer
from ragapp.answering.generation import GenerationLimits
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.errors import ModelError
from ragapp.lazy import Lazy
from ragapp.models.build import build_generators, build_large_generator, build_reranker
from ragapp.models.catalog import load_catalog
from ragapp.protocols import Generator
from ragapp.settings import Settings
from ragapp.store.sql_store import SqlStore
from ragapp.telemetry.observer import Telemetry
from ragapp.telemetry.traced_models import TracedGenerator


def build_generator_chain(settings: Settings, telemetry: Telemetry | None) -> GeneratorChain:
    usual, large = build_generators(settings), build_large_generator(settings)

    def traced(generator: Generator) -> Generator:
        return generator if telemetry is None else TracedGenerator(generator, telemetry)

    return GeneratorChain([traced(one) for one in usual], None if large is None else traced(large))


def build_answerer(settings: Settings, store: SqlStore, generators: GeneratorChain) -> Answerer:
    return Answerer(
        generators,
        page_at=store.page_at,
        span_of=store.span,
        limits=GenerationLimits(settings.prompt_tokens, settings.answer_tokens, settings.widen_tokens),
        strict=settings.verify == "strict",
        answerability_model=_build_answerability_model(settings),
    )


def _build_answerability_model(settings: Settings) -> AnswerabilityModel | None:
    name = settings.support_model
    if not name:
        return None
    model = Lazy(lambda: build_reranker(name, settings))

    def score(question: str, text: str) -> float | None:
        try:
            return float(model.get().score(question, [text])[0])
        except ModelError:
            if name in load_catalog():  # its files are still being fetched
                return None
            raise

    return score
