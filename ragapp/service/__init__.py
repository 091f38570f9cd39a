"""RagService: everything the application can do, one method each. Every door is a way in to this."""

from __future__ import annotations

from ragapp.service.admin import AdminService
from ragapp.service.collections import DEFAULT_COLLECTION
from ragapp.service.documents import NO_METADATA, DocumentService
from ragapp.service.jobs import UNREADY, JobService
from ragapp.service.questions import QuestionService

__all__ = ["DEFAULT_COLLECTION", "NO_METADATA", "UNREADY", "RagService"]


class RagService(QuestionService, DocumentService, JobService, AdminService):
    """Safe for many threads."""
