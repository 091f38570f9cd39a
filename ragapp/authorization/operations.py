"""The authorization policy: every operation of the service with its role, scope, audit action and quota.

`authorized` in `ragapp.authorization.service` enforces this table. Operations without a row are available
to the command line only, which uses the service directly.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ragapp.authorization.policy import AccessPolicy
from ragapp.cache.entries import BYTES_PER_TOKEN
from ragapp.types import Asker, AskEvent, Collection, DeletionReceipt, Role, StoredAnswer

Arguments = dict[str, Any]
"""An operation's arguments by name, as the caller gave them or by default."""

Check = Callable[[AccessPolicy, Arguments], None]
"""Raises ForbiddenError or NotFoundError when the caller may not do this with these arguments."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What an operation requires and records. `audit` and `of` are the action and the object in the audit
    log: templates over the arguments; `made` replaces the object by a template over the result. Without
    `audit` nothing is recorded.

    `prepare` changes arguments, or counts them against a quota, once the checks have passed; `finish` reduces
    the result to what the caller may see.
    """

    check: Check
    audit: str | None = None
    of: str | Callable[[Arguments], str] = ""
    made: str = ""
    prepare: Check | None = None
    finish: Callable[[AccessPolicy, Any], Any] | None = None


# -- checks: which role is needed, and where


def anyone(policy: AccessPolicy, arguments: Arguments) -> None:
    """Allows every caller."""


def everywhere(role: Role) -> Check:
    """A check that the caller has the role in every collection, for operations on the whole installation."""
    return lambda policy, _arguments: policy.require_everywhere(role)


def collection(role: Role, argument: str = "collection") -> Check:
    return lambda policy, arguments: policy.require(role, value(arguments, argument))


def new_collection(role: Role) -> Check:
    return lambda policy, arguments: policy.require_for_new(role, arguments["name"])


def document(role: Role) -> Check:
    return lambda policy, arguments: policy.require_document(role, arguments["document_id"])


def job(role: Role) -> Check:
    return lambda policy, arguments: policy.require_job(role, arguments["document_id"])


def table(role: Role) -> Check:
    return lambda policy, arguments: policy.require_table(role, arguments["table_id"])


def own_answer(policy: AccessPolicy, arguments: Arguments) -> None:
    policy.require_own_answer(arguments["answer_id"])


def own_conversation(policy: AccessPolicy, arguments: Arguments) -> None:
    policy.require_own_conversation(arguments["conversation_id"])


def asked_collection(policy: AccessPolicy, arguments: Arguments) -> None:
    """Checks the collection of an AskQuery, and that its conversation is the caller's own."""
    query = arguments["query"]
    policy.require("reader", query.collection)
    if query.conversation_id is not None:
        policy.require_own_conversation(query.conversation_id)


def listed_jobs(policy: AccessPolicy, arguments: Arguments) -> None:
    """Allows the jobs of one collection, or of all collections that the caller may read."""
    if arguments["collection"] is not None:
        policy.require("reader", arguments["collection"])
    elif not policy.sees_all():
        visible = visible_collections(policy, policy.service.collections())
        arguments["among"] = [one.name for one in visible]


def cleared_cache(policy: AccessPolicy, arguments: Arguments) -> None:
    """Allows editors to clear what belongs to their collection or document, and admins everywhere to clear
    all.
    """
    if arguments["document"] is not None:
        policy.require_document("editor", arguments["document"])
    if arguments["collection"] is not None:
        policy.require("editor", arguments["collection"])
    if arguments["document"] is None and arguments["collection"] is None:
        policy.require_everywhere("admin")


# -- quotas, and arguments that the policy sets


def for_caller(policy: AccessPolicy, arguments: Arguments) -> None:
    """Counts a question. The answer belongs to the caller and is cached for callers with the same rights."""
    policy.service.auth.quotas.question(policy.caller)
    arguments["asker"] = Asker(policy.caller.scope, policy.caller.id)


def uploaded_by_caller(policy: AccessPolicy, arguments: Arguments) -> None:
    """Counts the bytes of an upload, and makes the caller its owner, for fair queueing."""
    data = arguments["data"]
    policy.service.auth.quotas.upload(policy.caller, data.seek(0, os.SEEK_END))
    data.seek(0)
    owner = policy.caller.id or policy.caller.address
    arguments["spec"] = replace(arguments["spec"], owner=owner, reserved=False)


def within_token_quota(policy: AccessPolicy, arguments: Arguments) -> None:
    """Changes the mode to `extractive` once the caller's token quota is exhausted."""
    if not policy.service.auth.quotas.has_tokens(policy.caller):
        arguments["mode"] = "extractive"


def owned_by_caller(policy: AccessPolicy, arguments: Arguments) -> None:
    arguments["owner"] = policy.caller.id


def with_caller(policy: AccessPolicy, arguments: Arguments) -> None:
    arguments["caller"] = policy.caller


# -- results: the part that the caller may see


def visible_collections(policy: AccessPolicy, found: list[Collection]) -> list[Collection]:
    return [one for one in found if policy.sees(one.name)]


def visible_answers(policy: AccessPolicy, found: list[StoredAnswer]) -> list[StoredAnswer]:
    return [one for one in found if policy.shows(one)]


def visible_name(policy: AccessPolicy, name: str | None) -> str | None:
    return name if name is not None and policy.sees(name) else None


def without_paths(_policy: AccessPolicy, receipt: DeletionReceipt) -> DeletionReceipt:
    """The receipt with file names instead of paths: remote callers need not know the paths of this
    machine.
    """
    found = tuple(Path(path).name for path in receipt.search.found)
    return replace(receipt, search=replace(receipt.search, found=found))


def metered(policy: AccessPolicy, events: Generator[AskEvent, None, None]) -> Generator[AskEvent, None, None]:
    """The events unchanged, with their tokens counted for the quota. They count even when the caller does not
    wait for the end.
    """
    size = 0
    try:
        with closing(events):
            for event in events:
                size += len(event.text.encode())
                yield event
    finally:
        policy.service.auth.quotas.answered(policy.caller, size // BYTES_PER_TOKEN)


def metered_text(policy: AccessPolicy, written: str | None) -> str | None:
    policy.service.auth.quotas.answered(policy.caller, len((written or "").encode()) // BYTES_PER_TOKEN)
    return written


def value(arguments: Mapping[str, Any], path: str) -> Any:
    """The argument, or the attribute of an argument, at a path such as `query.collection`."""
    first, *rest = path.split(".")
    found = arguments[first]
    for name in rest:
        found = getattr(found, name)
    return found


ADMIN = everywhere("admin")

OPERATIONS: Mapping[str, Rule] = {
    # questions
    "search": Rule(collection("reader", "query.collection")),
    "ask": Rule(asked_collection, "ask", "{query.collection}", prepare=for_caller, finish=metered),
    "write": Rule(collection("reader"), prepare=within_token_quota, finish=metered_text),
    # collections
    "create_collection": Rule(new_collection("admin"), "create collection", "{name}"),
    "collection": Rule(collection("reader", "name")),
    "collections": Rule(anyone, finish=visible_collections),
    "reindex": Rule(collection("admin", "name"), "reindex collection", "{name}"),
    "delete_collection": Rule(collection("admin", "name"), "delete collection", "{name}"),
    "backlog": Rule(collection("reader", "name")),
    # documents
    "upload": Rule(
        collection("editor", "spec.collection"),
        "upload",
        "{spec.collection}/{spec.name}",
        made="{0.document.id} {0.document.collection}/{0.document.name}",
        prepare=uploaded_by_caller,
    ),
    "document": Rule(document("reader")),
    "documents": Rule(collection("reader")),
    "listing": Rule(collection("reader", "query.collection")),
    "set_metadata": Rule(document("editor"), "change metadata", "{document_id}"),
    "document_chunks": Rule(document("reader")),
    "document_text": Rule(document("reader")),
    "page": Rule(document("reader")),
    "page_image": Rule(document("reader")),
    "document_bytes": Rule(document("reader")),
    "delete_document": Rule(document("editor"), "delete document", "{document_id}"),
    "delete_with_receipt": Rule(document("editor"), "delete document", "{document_id}", finish=without_paths),
    # tables
    "tables": Rule(collection("reader")),
    "table": Rule(table("reader")),
    "table_document": Rule(table("reader")),
    "query_table": Rule(table("reader")),
    "export_table": Rule(table("reader")),
    # jobs
    "jobs": Rule(listed_jobs),
    "job": Rule(job("reader")),
    "queue_depths": Rule(ADMIN),
    "retry_job": Rule(job("editor"), "retry job", "{document_id}"),
    "cancel_job": Rule(job("editor"), "cancel job", "{document_id}"),
    # the caller's own answers and conversations
    "history.answer": Rule(own_answer),
    "history.days": Rule(ADMIN),
    "history.add_feedback": Rule(own_answer),
    "history.with_feedback": Rule(anyone, finish=visible_answers),
    "history.create_conversation": Rule(anyone, prepare=owned_by_caller),
    "history.conversation": Rule(own_conversation),
    "history.conversations": Rule(anyone, prepare=owned_by_caller),
    "history.conversation_answers": Rule(own_conversation, finish=visible_answers),
    "history.rename_conversation": Rule(own_conversation),
    "history.delete_conversation": Rule(own_conversation),
    # the answer cache
    "cache.stats": Rule(ADMIN),
    "cache.clear": Rule(
        cleared_cache, "clear cache", lambda given: given["document"] or given["collection"] or "all"
    ),
    # the installation
    "doctor": Rule(ADMIN, "doctor", lambda given: "repair" if given["repair"] else "check"),
    "models": Rule(ADMIN),
    "found_models": Rule(ADMIN),
    "use_generator": Rule(ADMIN, "use generator", "{generator}"),
    "disk_use": Rule(ADMIN),
    "unready": Rule(anyone),
    "model_names": Rule(anyone),
    "last_collection": Rule(anyone, prepare=with_caller, finish=visible_name),
    "remember_collection": Rule(collection("reader", "name"), prepare=with_caller),
    "limits": Rule(anyone, prepare=with_caller),
    "usage": Rule(anyone, prepare=with_caller),
    "create_key": Rule(ADMIN, "create key", "{spec.name}", made="{0.key.id} {0.key.name}"),
    "keys": Rule(ADMIN),
    "revoke_key": Rule(ADMIN, "revoke key", "{key_id}"),
    "audit": Rule(ADMIN),
    # background tasks
    "tasks.start": Rule(ADMIN, "start {order.kind}", "{order.title}"),
    "tasks.tasks": Rule(ADMIN),
    "tasks.task": Rule(ADMIN),
    "tasks.output": Rule(ADMIN),
    "tasks.cancel": Rule(ADMIN, "cancel task", "{task_id}"),
    # evaluations
    "start_evaluation": Rule(ADMIN, "evaluate {evaluation.kind}", "{evaluation.set}"),
    "generate_questions": Rule(ADMIN, "make questions", "{collection}"),
    "evals.sets": Rule(ADMIN),
    "evals.add_set": Rule(ADMIN, "add question set", "{name}"),
    "evals.delete_set": Rule(ADMIN, "delete question set", "{name}"),
    "evals.drafts": Rule(ADMIN),
    "evals.review": Rule(ADMIN, "review question set", "{name}"),
    "evals.runs": Rule(ADMIN),
    "evals.report": Rule(ADMIN),
    "evals.trace": Rule(ADMIN),
    "evals.compare": Rule(ADMIN),
}
