"""What writes and checks answers."""

from __future__ import annotations

from ragapp.answer.answerer import Answerer
from ragapp.answer.drafting import Limits
from ragapp.answer.support import SupportModel
from ragapp.answer.writers import Writers
from ragapp.errors import ModelError
from ragapp.lazy import Lazy
from ragapp.models.build import build_generators, build_large_generator, build_reranker
from ragapp.observe.models import TracedGenerator
from ragapp.observe.telemetry import Telemetry
from ragapp.protocols import Generator
from ragapp.settings import Settings
from ragapp.store.sql import SqlStore


def build_writers(settings: Settings, telemetry: Telemetry | None) -> Writers:
    usual, large = build_generators(settings), build_large_generator(settings)

    def watched(generator: Generator) -> Generator:
        return generator if telemetry is None else TracedGenerator(generator, telemetry)

    return Writers([watched(one) for one in usual], None if large is None else watched(large))


def build_answerer(settings: Settings, store: SqlStore, writers: Writers) -> Answerer:
    return Answerer(
        writers,
        page_at=store.page_at,
        span_of=store.span,
        limits=Limits(settings.prompt_tokens, settings.answer_tokens, settings.widen_tokens),
        strict=settings.verify == "strict",
        support_model=_build_support_model(settings),
    )


def _build_support_model(settings: Settings) -> SupportModel | None:
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
