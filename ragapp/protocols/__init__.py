"""The seams. Each has one contract suite in tests/contract/ that every implementation passes."""

from ragapp.protocols.answers import AnswerStore, ConversationStore
from ragapp.protocols.blobs import BlobStore
from ragapp.protocols.cache import CacheStore
from ragapp.protocols.callers import AuditStore, KeyStore, RateLimiter, UsageStore
from ragapp.protocols.documents import DocumentStore, JobQueue
from ragapp.protocols.evals import EvalDesk
from ragapp.protocols.models import Embedder, Generator, Reranker
from ragapp.protocols.observing import Observer, WorkOutcome
from ragapp.protocols.pages import PageRenderer
from ragapp.protocols.tasks import TaskBoard
from ragapp.protocols.views import SearchIndex

__all__ = [
    "AnswerStore",
    "AuditStore",
    "BlobStore",
    "CacheStore",
    "ConversationStore",
    "DocumentStore",
    "Embedder",
    "EvalDesk",
    "Generator",
    "JobQueue",
    "KeyStore",
    "Observer",
    "PageRenderer",
    "RateLimiter",
    "Reranker",
    "SearchIndex",
    "TaskBoard",
    "UsageStore",
    "WorkOutcome",
]
