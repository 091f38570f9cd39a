"""The seams. Each has one contract suite in tests/contract/ that every implementation passes."""

from ragapp.protocols.answers import AnswerStore, ConversationStore
from ragapp.protocols.cache import CacheStore
from ragapp.protocols.documents import DocumentStore, JobQueue
from ragapp.protocols.models import Embedder, Generator, Reranker
from ragapp.protocols.views import SearchIndex

__all__ = [
    "AnswerStore",
    "CacheStore",
    "ConversationStore",
    "DocumentStore",
    "Embedder",
    "Generator",
    "JobQueue",
    "Reranker",
    "SearchIndex",
]
