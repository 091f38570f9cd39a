"""Commands that a server runs beside itself: followed, ended, remembered, and lost with the server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from ragapp.api.http.tasks import task_order
from ragapp.api.schemas import TaskRequest
from ragapp.client import RagappClient
from ragapp.errors import ConflictError, NotFoundError, StorageUnavailable
from ragapp.protocols import TaskStore
from ragapp.store.engine import open_engine
from ragapp.store.tasks import SqlTasks
from ragapp.tasks.runner import TaskRunner
from ragapp.types import CommandLine, Task, TaskEnd, TaskOrder

PATIENCE = 120.0

SLEEP = CommandLine(("worker",))
"""A worker over an empty queue runs until it is told to end."""
LEASE = 6.0
"""Seconds: a loaded machine holds a process up for longer than three."""


@pytest.fixture
def board(tmp_path: Path) -> Iterator[TaskRunner]:
    with closing(board_at(tmp_path)) as board:
        yield board


def board_at(data_dir: Path, records: TaskStore | None = None) -> TaskRunner:
    """A server's, over the database in the folder."""
    engine = open_engine(f"sqlite:///{data_dir / 'ragapp.db'}")
    return TaskRunner(records or SqlTasks(engine, LEASE), data_dir)


@pytest.fixture
def client(library_url: str) -> RagappClient:
    return RagappClient(library_url)


def ended(board: TaskRunner, task: Task) -> Task:
    deadline = time.monotonic() + PATIENCE
    while not board.task(task.id).over:
        assert time.monotonic() < deadline, "it did not end"
        time.sleep(0.05)
    return board.task(task.id)


def until(board: TaskRunner, task: Task, state: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while board.task(task.id).state != state:
        assert time.monotonic() < deadline, f"it is not {state}"
        time.sleep(0.05)


def test_a_check_of_everything_is_followed_to_its_report(client: RagappClient) -> None:
    task = client.tasks.start_doctor()
    assert client.tasks.task(task.id).title == "Check everything"
    deadline = time.monotonic() + PATIENCE
    while not client.tasks.task(task.id).over:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    report = client.tasks.doctor_report(task.id)
    assert report.ok
    assert any("default" in check.name for check in report.checks)
    assert client.tasks.tasks()[0].state == "done"


def test_what_is_not_there_is_not_started(client: RagappClient) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        client.tasks.start_reindex("nowhere")
    with pytest.raises(NotFoundError, match="no-such-model"):
        client.tasks.start_fetch("no-such-model")


def test_a_failed_command_shows_the_reason(board: TaskRunner) -> None:
    task = ended(board, board.start(task_order(TaskRequest("reindex", "--help"))))
    assert task.state == "failed"
    assert task.error is not None
    assert "--help" in task.error
    with pytest.raises(ConflictError):
        board.output(task.id)


def test_one_that_runs_or_waits_is_cancelled(board: TaskRunner) -> None:
    patient = TaskOrder.to_run("evaluation", "Sleep", SLEEP, patient=True)
    first = board.start(patient)
    until(board, first, "running")
    second = board.start(patient)
    assert board.task(second.id).state == "waiting"
    board.cancel(second.id)
    assert board.task(second.id).state == "cancelled"  # though its turn has not come
    board.cancel(first.id)
    assert {ended(board, first).state, ended(board, second).state} == {"cancelled"}
    assert board.task(second.id).started_at is None
    with pytest.raises(ConflictError):
        board.cancel(first.id)


@pytest.mark.parametrize("task_id", ["nowhere", "../tasks", ""])
def test_an_unknown_one_is_not_found(board: TaskRunner, task_id: str) -> None:
    with pytest.raises(NotFoundError):
        board.task(task_id)


def test_a_killed_server_leaves_its_task_lost_and_its_command_dead(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tests.integration import test_tasks as t\n"
        "t.board_at(Path(sys.argv[1])).start(t.TaskOrder.to_run('evaluation', 'Sleep', t.SLEEP))\n"
        "time.sleep(600)"
    )
    importing = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}  # from whatever folder
    server = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], env=importing)
    board = board_at(tmp_path)
    deadline = time.monotonic() + PATIENCE
    while not any(task.state == "running" for task in board.tasks()):
        assert time.monotonic() < deadline, (board.tasks(), server.poll())
        time.sleep(0.05)
    child = new_child(server.pid, set())
    server.send_signal(signal.SIGKILL)
    server.wait()
    assert_dies(child)
    (task,) = board.tasks()
    until(board, task, "lost")
    assert board.task(task.id).error


def test_another_server_sees_it_and_cancels_it(board: TaskRunner, tmp_path: Path) -> None:
    before = _children(os.getpid())
    task = board.start(TaskOrder.to_run("evaluation", "Sleep", SLEEP))
    with closing(board_at(tmp_path)) as other:
        until(other, task, "running")
        child = new_child(os.getpid(), before)
        assert other.cancel(task.id).state == "cancelled"
        assert_dies(child)
    assert board.task(task.id).state == "cancelled"


def test_the_result_of_a_command_is_stored_only_if_it_succeeded(board: TaskRunner) -> None:
    left: list[str] = []

    @contextmanager
    def work(line: CommandLine) -> Iterator[CommandLine]:
        try:
            yield line
            left.append("kept")
        finally:
            left.append("cleared")

    good, bad = CommandLine(("settings",), ("--json",)), CommandLine(("documents", "show"), (), ("nobody",))
    for line in (good, bad):
        ended(board, board.start(TaskOrder("evaluation", "Work", lambda line=line: work(line))))
    assert left == ["kept", "cleared", "cleared"]


def test_work_that_cannot_be_made_ready_fails_with_its_reason(board: TaskRunner) -> None:
    @contextmanager
    def work() -> Iterator[CommandLine]:
        raise NotFoundError("The set is gone. Add it again.")
        yield SLEEP

    task = ended(board, board.start(TaskOrder("evaluation", "Work", work)))
    assert (task.state, task.error) == ("failed", "The set is gone. Add it again.")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_unexpected_error_is_reported_as_such(board: TaskRunner) -> None:
    def work() -> AbstractContextManager[CommandLine]:
        raise ZeroDivisionError

    task = ended(board, board.start(TaskOrder("evaluation", "Work", work)))
    assert task.state == "failed"
    assert "unexpected error" in str(task.error)


class AwayForAWhile(SqlTasks):
    """A database that does not answer when the first ends are to be noted."""

    refusals = 2

    def end(self, task_id: str, end: TaskEnd) -> None:
        self.refusals -= 1
        if self.refusals >= 0:
            raise StorageUnavailable("The database does not answer.")
        super().end(task_id, end)


def test_how_it_ended_is_noted_when_the_database_is_back(tmp_path: Path) -> None:
    records = AwayForAWhile(open_engine(f"sqlite:///{tmp_path / 'ragapp.db'}"), LEASE)
    with closing(board_at(tmp_path, records)) as board:
        line = CommandLine(("settings",), ("--json",))
        task = ended(board, board.start(TaskOrder.to_run("evaluation", "Settings", line)))
        assert task.state == "done"
        assert json.loads(board.output(task.id))
    assert records.refusals < 0


def test_a_server_that_ends_ends_its_tasks(tmp_path: Path) -> None:
    before = _children(os.getpid())
    with closing(board_at(tmp_path)) as board:
        task = board.start(TaskOrder.to_run("evaluation", "Sleep", SLEEP))
        child = new_child(os.getpid(), before)
        until_it_would_end_well(child)
    assert board.task(task.id).state == "cancelled"
    assert_dies(child)


def new_child(pid: int, before: set[int]) -> int:
    deadline = time.monotonic() + PATIENCE
    while not (new := _children(pid) - before):
        assert time.monotonic() < deadline, "there is no command"
        time.sleep(0.05)
    (child,) = new
    return child


def until_it_would_end_well(child: int) -> None:
    """A worker that has come up catches SIGTERM, and then ends with 0."""
    deadline = time.monotonic() + PATIENCE
    while not _caught_signals(child) >> (signal.SIGTERM - 1) & 1:
        assert time.monotonic() < deadline, "it does not come up"
        time.sleep(0.05)


def _caught_signals(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("SigCgt")).split()[1], 16)


def assert_dies(child: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while Path(f"/proc/{child}").exists() and _state(child) != "Z":
        assert time.monotonic() < deadline, "the command goes on"
        time.sleep(0.05)


def _children(pid: int) -> set[int]:
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return {int(child) for path in found for child in path.read_text().split()}


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_progress_that_no_terminal_shows_is_lines() -> None:
    script = (
        "from ragapp.terminal.progress import Steps\n"
        "with Steps() as steps:\n    task = steps.add_task('asking', total=4)\n    steps.advance(task, 3)\n"
    )
    reported = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "asking: 75%" in reported.stderr
