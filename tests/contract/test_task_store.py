"""Every TaskStore, over each supported database."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine

from ragapp.errors import ConflictError, NotFoundError
from ragapp.protocols import TaskStore
from ragapp.store import tasks
from ragapp.store.tasks import SqlTasks
from ragapp.types import Task, TaskEnd, TaskKind

LEASE = 30.0
KIND: TaskKind = "doctor"
RESULT = b'{"ok": true}'


class Clock:
    """The clock of the database, which the test moves."""

    def __init__(self) -> None:
        self.seconds = 1e9

    def __call__(self, _: Connection) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(engine: Engine, clock: Clock) -> TaskStore:
    return SqlTasks(engine, LEASE, clock)


@pytest.fixture
def task(store: TaskStore) -> Task:
    return store.add(KIND, "Prüfe alles")


def test_a_task_waits_runs_and_is_done(store: TaskStore, task: Task, clock: Clock) -> None:
    assert store.get(task.id) == task
    assert (task.state, task.title, task.over) == ("waiting", "Prüfe alles", False)
    clock.seconds += 1
    store.begin(task.id)
    assert store.hold(task.id, "embedding", 0.25)
    running = store.get(task.id)
    assert (running.state, running.step, running.share) == ("running", "embedding", 0.25)
    clock.seconds += 1
    store.end(task.id, TaskEnd("done", output=RESULT))
    done = store.get(task.id)
    assert (done.state, done.step, done.share, done.over) == ("done", "", None, True)
    assert done.started_at is not None
    assert done.ended_at is not None
    assert [(one - task.asked_at).total_seconds() for one in (done.started_at, done.ended_at)] == [1, 2]
    assert store.output(task.id) == RESULT


def test_the_reason_of_a_failure_is_stored(store: TaskStore, task: Task) -> None:
    store.begin(task.id)
    store.end(task.id, TaskEnd("failed", error="The model is missing."))
    assert (store.get(task.id).state, store.get(task.id).error) == ("failed", "The model is missing.")
    with pytest.raises(ConflictError, match="no result"):
        store.output(task.id)


def test_a_task_without_a_lease_is_lost_until_its_lease_is_renewed(
    store: TaskStore, task: Task, clock: Clock
) -> None:
    store.begin(task.id)
    clock.seconds += LEASE - 1
    assert store.hold(task.id, "embedding", 0.5)
    clock.seconds += LEASE - 1
    assert store.get(task.id).state == "running"
    clock.seconds += 2
    lost = store.get(task.id)
    assert (lost.state, lost.share, lost.over) == ("lost", None, True)
    assert lost.error is not None
    assert [one.state for one in store.all()] == ["lost"]
    with pytest.raises(ConflictError):
        store.cancel(task.id)
    assert store.hold(task.id, "embedding", 0.6)  # a laptop that was suspended continues
    assert store.get(task.id).state == "running"


def test_a_waiting_task_has_a_lease_too(store: TaskStore, task: Task, clock: Clock) -> None:
    clock.seconds += LEASE - 1
    store.hold(task.id, "", None)
    clock.seconds += LEASE - 1
    assert store.get(task.id).state == "waiting"
    clock.seconds += 2
    assert store.get(task.id).state == "lost"


def test_a_cancelled_task_stays_cancelled(store: TaskStore, task: Task) -> None:
    store.begin(task.id)
    assert store.cancel(task.id).state == "cancelled"
    assert not store.hold(task.id, "embedding", 0.5)
    store.begin(task.id)
    store.end(task.id, TaskEnd("done", output=RESULT))
    assert (store.get(task.id).state, store.get(task.id).share) == ("cancelled", None)
    with pytest.raises(ConflictError, match="ended"):
        store.cancel(task.id)


@pytest.mark.parametrize("task_id", ["unknown", "../tasks", ""])
def test_an_unknown_task_is_not_found(store: TaskStore, task_id: str) -> None:
    for method in (store.get, store.output, store.cancel):
        with pytest.raises(NotFoundError):
            method(task_id)
    assert not store.hold(task_id, "", None)


def test_only_the_oldest_ended_tasks_are_deleted(
    store: TaskStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "MAX_TASKS", 2)
    first, done, lost = (store.add(KIND, title) for title in ("first", "done", "lost"))
    store.end(done.id, TaskEnd("done"))
    clock.seconds += LEASE + 1
    store.hold(first.id, "", None)
    newest = [store.add(KIND, title).id for title in ("fourth", "fifth")]
    assert {one.id for one in store.all()} == {first.id, *newest}
    assert lost.id not in {one.id for one in store.all()}


def test_tasks_are_listed_newest_first(store: TaskStore, clock: Clock) -> None:
    added = []
    for title in ("one", "two", "three"):
        added.append(store.add(KIND, title))
        clock.seconds += 1
    assert store.all() == added[::-1]


def test_all_users_of_the_database_see_the_same_tasks(engine: Engine, task: Task, clock: Clock) -> None:
    assert SqlTasks(engine, LEASE, clock).all() == [task]
