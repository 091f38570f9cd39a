"""The interfaces between core and adapters. Each has a contract suite in ragapp/testing or tests/contract."""

from ragapp.protocols.answers import AnswerStore, ConversationStore
from ragapp.protocols.auth import AuditStore, KeyStore, PreferenceStore, RateLimiter, UsageStore
from ragapp.protocols.blobs import ArtifactStore, BlobStore
from ragapp.protocols.cache import CacheStore
from ragapp.protocols.documents import DocumentStore, JobQueue
from ragapp.protocols.evals import EvaluationService, OpenEvaluations
from ragapp.protocols.indexes import SearchIndex
from ragapp.protocols.ingest import Chunker, Parser, Source, SourceFinder, TokenSpans
from ragapp.protocols.models import (
    Embedder,
    Entailment,
    Generator,
    Profiled,
    Reader,
    Reranker,
    Transcriber,
    WrappedEmbedder,
    WrappedGenerator,
    profile_of,
)
from ragapp.protocols.observer import Observer, WorkOutcome
from ragapp.protocols.pages import PageRenderer
from ragapp.protocols.tables import TableEngine
from ragapp.protocols.tasks import TaskService, TaskStore

__all__ = [
    "AnswerStore",
    "ArtifactStore",
    "AuditStore",
    "BlobStore",
    "CacheStore",
    "Chunker",
    "ConversationStore",
    "DocumentStore",
    "Embedder",
    "Entailment",
    "EvaluationService",
    "Generator",
    "JobQueue",
    "KeyStore",
    "Observer",
    "OpenEvaluations",
    "PageRenderer",
    "Parser",
    "PreferenceStore",
    "Profiled",
    "RateLimiter",
    "Reader",
    "Reranker",
    "SearchIndex",
    "Source",
    "SourceFinder",
    "TableEngine",
    "TaskService",
    "TaskStore",
    "TokenSpans",
    "Transcriber",
    "UsageStore",
    "WorkOutcome",
    "WrappedEmbedder",
    "WrappedGenerator",
    "profile_of",
]
