"""RagService: every operation of the product is one of its methods, which all entry points call."""

from __future__ import annotations

from ragapp.service.admin import AdminService
from ragapp.service.documents import DocumentService
from ragapp.service.jobs import UNREADY, JobService
from ragapp.service.questions import QuestionService
from ragapp.service.tables import TableService

__all__ = ["UNREADY", "RagService"]


class RagService(QuestionService, DocumentService, TableService, JobService, AdminService):
    """All operations of the product, for callers that are already authorized. Safe for many threads."""
