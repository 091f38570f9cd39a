"""RagService: everything the application can do, one method each. All entry points call it."""

from __future__ import annotations

from ragapp.service.admin import AdminService
from ragapp.service.documents import DocumentService
from ragapp.service.jobs import UNREADY, JobService
from ragapp.service.questions import QuestionService

__all__ = ["UNREADY", "RagService"]


class RagService(QuestionService, DocumentService, JobService, AdminService):
    """Safe for many threads."""
