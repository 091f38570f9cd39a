"""Commands that a server runs beside itself: followed, ended, remembered, and lost with the server."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ragapp import orders
from ragapp.doors.client import RagappClient
from ragapp.errors import ConflictError, NotFoundError
from ragapp.tasks.board import LocalTaskBoard
from ragapp.tasks.records import OVER
from ragapp.types import Order, Task

PATIENCE = 120.0

SLEEP = Order("evaluation", "Sleep", ("worker",))
"""A worker over an empty queue runs until it is told to end."""


@pytest.fixture
def board(tmp_path: Path) -> Iterator[LocalTaskBoard]:
    with closing(LocalTaskBoard(tmp_path)) as board:
        yield board


@pytest.fixture
def client(library_url: str) -> RagappClient:
    return RagappClient(library_url)


def ended(board: LocalTaskBoard, task: Task) -> Task:
    deadline = time.monotonic() + PATIENCE
    while board.task(task.id).state not in OVER:
        assert time.monotonic() < deadline, "it did not end"
        time.sleep(0.05)
    return board.task(task.id)


def until(board: LocalTaskBoard, task: Task, state: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while board.task(task.id).state != state:
        assert time.monotonic() < deadline, f"it is not {state}"
        time.sleep(0.05)


def test_a_check_of_everything_is_followed_to_its_report(client: RagappClient) -> None:
    task = client.tasks.start_doctor()
    assert client.tasks.task(task.id).title == "Check everything"
    deadline = time.monotonic() + PATIENCE
    while client.tasks.task(task.id).state not in OVER:
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


def test_a_command_that_fails_tells_why(board: LocalTaskBoard) -> None:
    task = ended(board, board.start(orders.reindex("--help", None)))
    assert task.state == "failed"
    assert task.error is not None
    assert "--help" in task.error
    with pytest.raises(ConflictError):
        board.output(task.id)


def test_one_that_runs_or_waits_is_cancelled(board: LocalTaskBoard) -> None:
    patient = Order(SLEEP.kind, SLEEP.title, SLEEP.command, patient=True)
    first, second = board.start(patient), board.start(patient)
    until(board, first, "running")
    assert board.task(second.id).state == "waiting"
    board.cancel(second.id)
    assert board.task(second.id).state == "cancelled"  # though its turn has not come
    board.cancel(first.id)
    assert {ended(board, first).state, ended(board, second).state} == {"cancelled"}
    assert board.task(second.id).started_at is None
    with pytest.raises(ConflictError):
        board.cancel(first.id)


@pytest.mark.parametrize("task_id", ["nowhere", "../tasks", ""])
def test_an_unknown_one_is_not_found(board: LocalTaskBoard, task_id: str) -> None:
    with pytest.raises(NotFoundError):
        board.task(task_id)


def test_a_killed_server_leaves_its_task_lost_and_its_command_dead(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from ragapp.tasks.board import LocalTaskBoard\n"
        "from ragapp.types import Order\n"
        "LocalTaskBoard(Path(sys.argv[1])).start(Order('evaluation', 'Sleep', ('worker',))); time.sleep(600)"
    )
    server = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    board = LocalTaskBoard(tmp_path)
    deadline = time.monotonic() + PATIENCE
    while not any(task.state == "running" for task in board.tasks()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    (child,) = _children(server.pid)
    server.send_signal(signal.SIGKILL)
    server.wait()
    (task,) = board.tasks()
    assert task.state == "lost"
    assert task.error is not None
    while Path(f"/proc/{child}").exists() and _state(child) != "Z":
        assert time.monotonic() < deadline, "the command outlived its server"
        time.sleep(0.05)


def test_another_server_sees_it_and_leaves_it_alone(tmp_path: Path) -> None:
    with closing(LocalTaskBoard(tmp_path)) as first:
        task = first.start(SLEEP)
        until(first, task, "running")
        second = LocalTaskBoard(tmp_path)
        assert second.task(task.id).state == "running"
        with pytest.raises(ConflictError, match="another server"):
            second.cancel(task.id)


def _children(pid: int) -> list[int]:
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text().split()]


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_progress_that_no_terminal_shows_is_lines() -> None:
    script = (
        "from ragapp.doors.terminal.progress import Steps\n"
        "with Steps() as steps:\n    task = steps.add_task('asking', total=4)\n    steps.advance(task, 3)\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "asking: 75%" in told.stderr
