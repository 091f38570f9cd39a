"""Builds the generators and the answerer."""

from __future__ import annotations

from collections.abc import Mapping

from ragapp.answering.answerer import Answerer
from ragapp.answering.attribution import Support
from ragapp.answering.budget import GenerationLimits
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.answering.library import LibraryAnswers, hit_of
from ragapp.answering.reading.documents import SourceDocuments
from ragapp.answering.reading.pipeline import ReadingPipeline
from ragapp.answering.tables.catalogue import load_catalogue
from ragapp.answering.tables.passages import TableAnswers
from ragapp.errors import ModelError
from ragapp.lazy import Lazy
from ragapp.models.build import (
    build_entailment,
    build_large_generator,
    build_named_generators,
    build_reader,
    build_reranker,
)
from ragapp.models.catalog import load_catalog
from ragapp.models.choice import keep_generator
from ragapp.protocols import Generator, Reranker
from ragapp.retrieval.named_documents import NamedDocuments
from ragapp.retrieval.retriever import Retriever
from ragapp.settings import Settings
from ragapp.store.sql_store import SqlStore
from ragapp.table_queries.queries import TableQueries
from ragapp.telemetry.observer import Telemetry
from ragapp.telemetry.traced_models import TracedGenerator
from ragapp.types import Document, Hit, SearchQuery

MOST_MENTIONS = 100
"""Passages that are looked through for the documents that mention something."""


def build_generator_chain(settings: Settings, telemetry: Telemetry | None) -> GeneratorChain:
    large = build_large_generator(settings)
    return GeneratorChain(
        _named(build_named_generators(settings), telemetry),
        None if large is None else {str(settings.generator_large): _traced(large, telemetry)},
    )


def use_generator(settings: Settings, chain: GeneratorChain, telemetry: Telemetry | None, name: str) -> None:
    """Keeps the generator of that name as the choice, and has the chain use it from the next question on.

    Raises UsageError for an unknown generator and when RAGAPP_GENERATOR is set, ModelError, and OSError.
    """
    built = build_named_generators(settings, name)
    keep_generator(name, settings)
    chain.use(_named(built, telemetry))


def _named(generators: Mapping[str, Generator], telemetry: Telemetry | None) -> dict[str, Generator]:
    return {name: _traced(one, telemetry) for name, one in generators.items()}


def _traced(generator: Generator, telemetry: Telemetry | None) -> Generator:
    return generator if telemetry is None else TracedGenerator(generator, telemetry)


def build_answerer(
    settings: Settings,
    store: SqlStore,
    generators: GeneratorChain,
    named: NamedDocuments,
    retriever: Lazy[Retriever],
    *,
    tables: TableQueries,
) -> Answerer:
    return Answerer(
        generators,
        _build_reading(settings, store, tables),
        page_at=store.page_at,
        span_of=store.span,
        limits=GenerationLimits(settings.prompt_tokens, settings.answer_tokens, settings.widen_tokens),
        strict=settings.verify == "strict",
        support=_build_support(settings),
        library=_build_library(store, named, retriever),
    )


def _build_support(settings: Settings) -> Support:
    entailment = Lazy(lambda: build_entailment(settings))
    return lambda claim, texts: entailment.get().support(claim, texts)


def _build_reading(settings: Settings, store: SqlStore, tables: TableQueries) -> ReadingPipeline:
    name = settings.support_model
    reranker = Lazy(lambda: build_reranker(name, settings)) if name else None
    reader = Lazy(lambda: build_reader(settings))

    def installed() -> Reranker | None:
        try:
            return None if reranker is None else reranker.get()
        except ModelError:
            if name in load_catalog():  # its files are still being fetched
                return None
            raise

    def score(question: str, text: str) -> float | None:
        model = installed()
        return None if model is None else float(model.score(question, [text])[0])

    formulas = Lazy(lambda: load_catalogue(settings.formulas))
    documents = SourceDocuments(
        lambda document_id, version: store.chunks(document_id, version, 0, None), store.parsed_text
    )
    return ReadingPipeline(
        reader.get,
        installed,
        documents,
        TableAnswers(store.document_tables, store.span, formulas.get, tables.run),
        score if reranker is not None else None,
    )


def _build_library(store: SqlStore, named: NamedDocuments, retriever: Lazy[Retriever]) -> LibraryAnswers:
    def named_in(text: str, collection: str) -> list[Document]:
        found = named.named_in(text, store.collection(collection))
        return [store.document(one.document_id) for one in found]

    def beginning_of(document: Document) -> Hit | None:
        version = document.live_version
        if version is None:
            return None
        first = next(iter(store.chunks(document.id, version, 0, None)), None)
        return None if first is None else hit_of(document, version, first)

    def found_by(words: str, collection: str) -> tuple[Hit, ...]:
        query = SearchQuery(words, collection, k=MOST_MENTIONS, mode="words")
        return retriever.get().search(store.collection(collection), query).hits

    return LibraryAnswers(store.documents, store.document, named_in, beginning_of, found_by)
