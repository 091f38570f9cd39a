"""What one caller may see and do: the checks that the rules in `operations` use."""

from __future__ import annotations

from ragapp.errors import (
    ForbiddenError,
    no_answer,
    no_collection,
    no_conversation,
    no_document,
    no_job,
    no_table,
)
from ragapp.service import RagService
from ragapp.types import Caller, Role, StoredAnswer


class AccessPolicy:
    """The rights of one caller.

    What a caller may not see is reported as not found, never as forbidden. What a caller may see but not
    change is forbidden, with the role that is needed.
    """

    def __init__(self, service: RagService, caller: Caller) -> None:
        self.service = service
        self.caller = caller

    def sees(self, collection: str) -> bool:
        return self.caller.may("reader", collection)

    def sees_all(self) -> bool:
        """Whether the caller may read every collection, including future ones."""
        return self.caller.may("reader", None)

    def require(self, role: Role, collection: str) -> None:
        """Requires a role in a collection.

        Raises NotFoundError if the caller may not see it, ForbiddenError for a lower role.
        """
        if not self.sees(collection):
            raise no_collection(collection)
        if not self.caller.may(role, collection):
            held = self.caller.role_in(collection)
            raise self._forbidden(f"is {held} of {collection!r}, but this needs {role}")

    def require_for_new(self, role: Role, collection: str) -> None:
        """Requires the role to create a collection, without revealing whether it exists.

        Raises ForbiddenError.
        """
        if not self.caller.may(role, collection):
            raise self._forbidden(f"is not {role} of {collection!r}")

    def require_everywhere(self, role: Role) -> None:
        """Requires a role in all collections, for operations on the whole installation.

        Raises ForbiddenError.
        """
        if not self.caller.may(role, None):
            raise self._forbidden(f"is not {role} of all collections, which this needs")

    def require_document(self, role: Role, document_id: str) -> None:
        """Requires a role for the document. Raises NotFoundError, ForbiddenError."""
        collection = self.service.document(document_id).collection
        if not self.sees(collection):
            raise no_document(document_id)
        self.require(role, collection)

    def require_job(self, role: Role, document_id: str) -> None:
        """Requires a role for the job. Raises NotFoundError, ForbiddenError."""
        collection = self.service.job(document_id).collection
        if not self.sees(collection):
            raise no_job(document_id)
        self.require(role, collection)

    def require_table(self, role: Role, table_id: int) -> None:
        """Requires a role for the document of the table. Raises NotFoundError, ForbiddenError."""
        collection = self.service.document(self.service.table_document(table_id)).collection
        if not self.sees(collection):
            raise no_table(table_id)
        self.require(role, collection)

    def require_own_answer(self, answer_id: str) -> None:
        """Requires that the answer belongs to the caller, even if that is an admin. Raises NotFoundError."""
        if not self.shows(self.service.history.answer(answer_id)):
            raise no_answer(answer_id)

    def require_own_conversation(self, conversation_id: str) -> None:
        """Requires that the conversation belongs to the caller. Raises NotFoundError."""
        if self.service.history.conversation(conversation_id).owner != self.caller.id:
            raise no_conversation(conversation_id)

    def shows(self, stored: StoredAnswer) -> bool:
        """Whether the answer is the caller's own, and from a collection that the caller may still read."""
        return stored.owner == self.caller.id and self.sees(stored.collection)

    def _forbidden(self, why: str) -> ForbiddenError:
        return ForbiddenError(f"The key {self.caller.name!r} {why}. Ask an admin for a key with that right.")
