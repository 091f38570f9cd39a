"""The administration of a server: API keys, audit log, cache, health, background tasks and evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO
from urllib.parse import quote, urlencode

from ragapp.api.schemas import (
    CacheCleared,
    ChosenCollection,
    GeneratorChoice,
    Me,
    QuestionsRequest,
    Review,
    ServerStatus,
    TaskRequest,
    decode,
    encode,
)
from ragapp.client.transport import ClientPart
from ragapp.types import (
    AuditEntry,
    CacheStats,
    DiskUse,
    DoctorReport,
    EvalRun,
    EvalSet,
    Evaluation,
    FoundModel,
    Key,
    KeySpec,
    ModelState,
    NewKey,
    QuestionDraft,
    QuestionTrace,
    RunComparison,
    Task,
)


class ClientKeys(ClientPart):
    """API keys and the audit log. All methods but `me` and `remember_collection` raise ForbiddenError without
    admin rights everywhere.
    """

    def me(self) -> Me:
        """The caller: its name, rights, limits and usage today. Raises AuthenticationError."""
        return decode(Me, self._transport.send("GET", "/v1/me"))

    def remember_collection(self, name: str) -> None:
        """Stores the selected collection as `Me.last_collection`. Raises NotFoundError."""
        body = encode(ChosenCollection, ChosenCollection(name))
        self._transport.send("PUT", "/v1/me/collection", body=body)

    def create_key(self, spec: KeySpec) -> NewKey:
        """Creates an API key. Only this result contains its `secret`.

        Raises UsageError, also for a collection that does not exist, unless it is `yet_to_come`.
        """
        return decode(NewKey, self._transport.send("POST", "/v1/keys", body=encode(KeySpec, spec)))

    def keys(self) -> list[Key]:
        """All keys, oldest first, including revoked and expired ones."""
        return decode(list[Key], self._transport.send("GET", "/v1/keys"))

    def revoke_key(self, key_id: str) -> Key:
        """Revokes the key. Raises NotFoundError."""
        return decode(Key, self._transport.send("DELETE", f"/v1/keys/{quote(key_id, safe='')}"))

    def audit(self, count: int = 100, key_id: str | None = None) -> list[AuditEntry]:
        """The last `count` entries, newest first: of one key, or of all callers."""
        query = {"count": str(count)} | ({} if key_id is None else {"key_id": key_id})
        return decode(list[AuditEntry], self._transport.send("GET", "/v1/audit", query=query))


class ClientCache(ClientPart):
    """The answer cache. Every method raises UsageError when the cache of the server is disabled."""

    def stats(self) -> CacheStats:
        """Hits by kind, misses by reason, time saved, stored answers and the results of audits."""
        return decode(CacheStats, self._transport.send("GET", "/v1/cache"))

    def clear(self, *, collection: str | None = None, document: str | None = None) -> int:
        """Removes the answers of a collection, those that cite a document, or all. Returns their number."""
        narrowed = {"collection": collection, "document": document}
        query = {name: value for name, value in narrowed.items() if value is not None}
        return decode(CacheCleared, self._transport.send("DELETE", "/v1/cache", query=query)).removed


class ClientHealth(ClientPart):
    def status(self) -> ServerStatus:
        """The version, readiness and models of the server."""
        return decode(ServerStatus, self._transport.send("GET", "/v1/status"))

    def models(self) -> list[ModelState]:
        """The models of the catalogue, with how much of each is installed on the server."""
        return decode(list[ModelState], self._transport.send("GET", "/v1/admin/models"))

    def found_models(self) -> list[FoundModel]:
        """The models of servers that run on the machine of the server."""
        return decode(list[FoundModel], self._transport.send("GET", "/v1/admin/models/found"))

    def use_generator(self, generator: str) -> None:
        """Selects what writes answers: a found model, `local`, or no model (`extractive`). Raises
        UsageError.
        """
        body = encode(GeneratorChoice, GeneratorChoice(generator))
        self._transport.send("PUT", "/v1/admin/generator", body=body)

    def disk_use(self) -> DiskUse:
        """The disk space that the data folder and models of the server use."""
        return decode(DiskUse, self._transport.send("GET", "/v1/admin/disk"))


class ClientTasks(ClientPart):
    """Background tasks. Every method raises ForbiddenError without admin rights everywhere."""

    def start_doctor(self, *, repair: bool = False) -> Task:
        """Starts a task that checks every invariant and, with `repair`, repairs what can be repaired."""
        return self._start(TaskRequest("repair" if repair else "doctor"))

    def start_reindex(self, collection: str, embedder: str | None = None) -> Task:
        """Starts a task that switches a collection to `embedder`, by default that of the server's settings.

        Raises NotFoundError.
        """
        return self._start(TaskRequest("reindex", collection=collection, model=embedder))

    def start_fetch(self, model: str) -> Task:
        """Starts a task that fetches a model.

        Raises NotFoundError for a model that is not in the catalogue.
        """
        return self._start(TaskRequest("fetch", model=model))

    def tasks(self) -> list[Task]:
        """The recent tasks, newest first."""
        return decode(list[Task], self._transport.send("GET", "/v1/tasks"))

    def task(self, task_id: str) -> Task:
        """Returns the task. Raises NotFoundError."""
        return decode(Task, self._transport.send("GET", _task_path(task_id)))

    def output(self, task_id: str) -> bytes:
        """The JSON document that a task printed. Raises NotFoundError, ConflictError while there is none."""
        return self._transport.send("GET", f"{_task_path(task_id)}/result")

    def doctor_report(self, task_id: str) -> DoctorReport:
        """The result of a check. Raises NotFoundError, ConflictError while there is none."""
        return decode(DoctorReport, self.output(task_id))

    def cancel(self, task_id: str) -> Task:
        """Cancels the task. Raises NotFoundError, ConflictError when the task has ended."""
        return decode(Task, self._transport.send("POST", f"{_task_path(task_id)}/cancel"))

    def _start(self, wanted: TaskRequest) -> Task:
        return decode(Task, self._transport.send("POST", "/v1/tasks", body=encode(TaskRequest, wanted)))


class ClientEvals(ClientPart):
    """Question sets and evaluation runs. Every method raises ForbiddenError without admin rights
    everywhere.
    """

    def sets(self) -> list[EvalSet]:
        """The question sets by name, built-in ones first."""
        return decode(list[EvalSet], self._transport.send("GET", "/v1/evals/sets"))

    def add_set(self, name: str, data: BinaryIO) -> EvalSet:
        """Uploads a file of questions, or a ZIP archive of such a file with its documents.

        Raises UsageError, ConflictError.
        """
        return decode(EvalSet, self._transport.send("POST", "/v1/evals/sets", files={"file": (name, data)}))

    def delete_set(self, name: str) -> None:
        """Deletes the question set. Raises NotFoundError, and UsageError for a built-in set."""
        self._transport.send("DELETE", f"/v1/evals/sets/{quote(name, safe='')}")

    def drafts(self, name: str) -> list[QuestionDraft]:
        """The questions of a reviewable set. Raises NotFoundError, UsageError."""
        return decode(list[QuestionDraft], self._transport.send("GET", _drafts_path(name)))

    def review(self, name: str, drafts: Sequence[QuestionDraft]) -> list[QuestionDraft]:
        """Replaces the questions of a set by these. Raises NotFoundError, UsageError."""
        body = encode(Review, Review(tuple(drafts)))
        return decode(list[QuestionDraft], self._transport.send("PUT", _drafts_path(name), body=body))

    def start(self, evaluation: Evaluation) -> Task:
        """Starts an evaluation.

        Raises NotFoundError, and UsageError when the set does not suit the evaluation.
        """
        body = encode(Evaluation, evaluation)
        return decode(Task, self._transport.send("POST", "/v1/evals", body=body))

    def start_questions(self, collection: str, name: str, count: int) -> Task:
        """Generates a question set from a collection. Raises NotFoundError, UsageError, ConflictError."""
        body = encode(QuestionsRequest, QuestionsRequest(collection, name, count))
        return decode(Task, self._transport.send("POST", "/v1/evals/questions", body=body))

    def runs(self) -> list[EvalRun]:
        """The evaluation runs, latest first."""
        return decode(list[EvalRun], self._transport.send("GET", "/v1/evals/runs"))

    def report(self, run: str) -> bytes:
        """The report of a run as an HTML page. Raises NotFoundError."""
        return self._transport.send("GET", f"{_run_path(run)}/report")

    def trace(self, run: str, question: str) -> QuestionTrace:
        """What a run recorded for one question. Raises NotFoundError."""
        path = f"{_run_path(run)}/questions?{urlencode({'question': question})}"
        return decode(QuestionTrace, self._transport.send("GET", path))

    def compare(self, before: str, after: str) -> RunComparison:
        """Compares two runs.

        Raises NotFoundError, and UsageError when the runs are not over the same data.
        """
        path = f"/v1/evals/comparison?{urlencode({'before': before, 'after': after})}"
        return decode(RunComparison, self._transport.send("GET", path))


def _task_path(task_id: str) -> str:
    return f"/v1/tasks/{quote(task_id, safe='')}"


def _drafts_path(name: str) -> str:
    return f"/v1/evals/sets/{quote(name, safe='')}/questions"


def _run_path(run: str) -> str:
    return f"/v1/evals/runs/{quote(run, safe='')}"
