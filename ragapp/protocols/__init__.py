"""The seams. Each has one contract suite in tests/contract/ that every implementation passes."""

from ragapp.protocols.answers import AnswerStore, ConversationStore
from ragapp.protocols.artifacts import ArtifactStore
from ragapp.protocols.blobs import BlobStore
from ragapp.protocols.cache import CacheStore
from ragapp.protocols.callers import AuditStore, KeyStore, PreferenceStore, RateLimiter, UsageStore
from ragapp.protocols.documents import DocumentStore, JobQueue
from ragapp.protocols.evals import EvalDesk, OpenEvalDesk
from ragapp.protocols.models import Embedder, Generator, Reranker
from ragapp.protocols.observing import Observer, WorkOutcome
from ragapp.protocols.pages import PageRenderer
from ragapp.protocols.tasks import TaskBoard, TaskStore
from ragapp.protocols.views import SearchIndex

__all__ = [
    "AnswerStore",
    "ArtifactStore",
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
    "OpenEvalDesk",
    "PageRenderer",
    "PreferenceStore",
    "RateLimiter",
    "Reranker",
    "SearchIndex",
    "TaskBoard",
    "TaskStore",
    "UsageStore",
    "WorkOutcome",
]
