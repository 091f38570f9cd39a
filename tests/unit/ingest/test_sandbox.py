"""The sandbox contains hostile documents, and the next document is not affected."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from ingest.parse.registry import parse
from ingest.sandbox import ParserSandbox, parse_limits, read_result
from ragapp.errors import ParseError
from ragapp.sandbox import MIB, SandboxLimits
from ragapp.sandbox.tree import descendants
from ragapp.settings import Settings

LIMITS = parse_limits(Settings())

SLOW = b"- a *b* [c](d)\n\n" * 500_000
"""Markdown that takes many seconds to parse."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ParserSandbox]:
    with closing(ParserSandbox(LIMITS)) as sandbox:
        yield sandbox


def reads_another(sandbox: ParserSandbox) -> bool:
    return sandbox.parse(io.BytesIO(b"All is well."), "next.txt").text == "All is well."


def test_the_text_is_what_the_parser_made(sandbox: ParserSandbox) -> None:
    data = "---\ntitle: Ä\n---\n# One 😀\n\ntext\n\n## Two\n\nmore".encode()
    assert sandbox.parse(io.BytesIO(data), "a.md") == parse(data, "a.md")


@pytest.mark.parametrize(
    "changed",
    [
        {"text": 1},
        {"text": None},
        {"page_starts": []},
        {"page_starts": [0, "2"]},
        {"page_starts": [0, 3, 2]},
        {"page_starts": [0, 99]},
        {"headings": [{"level": 1, "start": 0, "end": 99}]},
        {"headings": [{"level": 1, "start": True, "end": 2}]},
        {"headings": [{"level": 1, "start": -2, "end": 2}]},
        {"tables": [{"start": 0, "end": 2}]},
        {"boilerplate": [[2, 1]]},
        {"gaps": [{"what": "nothing", "where": "page 1", "why": "?"}]},
        {"gaps": [{"what": "part", "where": "page 1", "why": "?"}] * 101},
        {"boilerplate": [[0, 1, 2]]},
        {"metadata": {"author": ["a"]}},
        {"title": {"a": "b"}},
    ],
)
def test_a_result_of_the_wrong_shape_is_refused(changed: dict[str, object]) -> None:
    result = asdict(parse(b"# One\n\ntwo", "a.md"))
    assert read_result(json.dumps(result).encode(), "a.md").text == "# One\n\ntwo"
    with pytest.raises(ParseError, match=r"not a parsed document for a\.md"):
        read_result(json.dumps({**result, **changed}).encode(), "a.md")


@pytest.mark.parametrize("result", [b"", b"[]", b"null", b'"text"', b"{", b"\xff", b"[" * 100_000])
def test_an_invalid_result_of_the_sandbox_is_rejected(result: bytes) -> None:
    with pytest.raises(ParseError, match="not a parsed document"):
        read_result(result, "a.md")


def test_a_reason_comes_back(sandbox: ParserSandbox) -> None:
    with pytest.raises(ParseError, match=r"^b\.txt is empty"):
        sandbox.parse(io.BytesIO(b" \n"), "b.txt")


@pytest.mark.parametrize(
    ("limits", "name", "data", "reason"),
    [
        (replace(LIMITS, cpu_seconds=1), "slow.md", SLOW, "more than 1 seconds of CPU time"),
        (replace(LIMITS, wall_seconds=0.5), "slow.md", SLOW, "longer than 0.5 seconds"),
        (replace(LIMITS, memory=256 * MIB), "big.txt", b"a b " * 30_000_000, "more than 256 MiB of memory"),
        (replace(LIMITS, output=MIB), "long.txt", b"word " * 300_000, "more than 1 MiB of text"),
    ],
    ids=["cpu", "wall", "memory", "output"],
)
def test_a_document_that_takes_too_much_fails_alone(
    limits: SandboxLimits, name: str, data: bytes, reason: str
) -> None:
    with closing(ParserSandbox(limits)) as sandbox:
        with pytest.raises(ParseError, match=f"^{name} .*{reason}"):
            sandbox.parse(io.BytesIO(data), name)
        assert reads_another(sandbox)


def test_a_crash_of_the_parser_is_the_documents_failure() -> None:
    with started() as (fresh, process):
        before = set(descendants(process))

        def parser() -> int | None:
            return next(iter(set(descendants(process)) - before), None)

        with killing(parser, signal.SIGSEGV), pytest.raises(ParseError, match="SIGSEGV"):
            fresh.parse(io.BytesIO(SLOW), "slow.md")
        assert reads_another(fresh)


def test_the_parsers_process_is_started_again_when_it_was_killed() -> None:
    with started() as (fresh, process):
        os.kill(process, signal.SIGKILL)
        assert reads_another(fresh)


def test_the_parser_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGAPP_OPENAI_API_KEY", "secret")
    with started() as (_, process):
        environment = Path(f"/proc/{process}/environ").read_bytes()
    assert b"PYTHONPATH" in environment
    assert b"secret" not in environment


def test_the_parser_finds_the_programs_that_we_find(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"/opt/homebrew/bin:{os.environ['PATH']}")
    with started() as (_, process):
        environment = Path(f"/proc/{process}/environ").read_bytes()
    assert b"PATH=/opt/homebrew/bin:" in environment


def test_closing_leaves_no_process() -> None:
    with started() as (_, process):
        assert process in children(os.getpid())
    assert process not in children(os.getpid())


def test_many_threads_get_their_own_texts(sandbox: ParserSandbox) -> None:
    texts: dict[int, str] = {}

    def read(number: int) -> None:
        texts[number] = sandbox.parse(io.BytesIO(f"number {number}".encode()), "n.txt").text

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == {number: f"number {number}" for number in range(8)}


def children(pid: int) -> set[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return {int(child) for task in tasks for child in (task / "children").read_text().split()}


@contextmanager
def started() -> Iterator[tuple[ParserSandbox, int]]:
    """A sandbox that has read a text, and the id of its process; other tests may have left some of theirs."""
    before = children(os.getpid())
    with closing(ParserSandbox(LIMITS)) as fresh:
        assert reads_another(fresh)
        (process,) = children(os.getpid()) - before
        yield fresh, process


@contextmanager
def killing(find: Callable[[], int | None], how: signal.Signals) -> Iterator[None]:
    """Meanwhile waits for the process to appear and sends it the signal."""

    def hunt() -> None:
        while (prey := find()) is None:
            time.sleep(0.01)
        time.sleep(0.1)
        os.kill(prey, how)

    hunter = threading.Thread(target=hunt, daemon=True)
    hunter.start()
    yield
    hunter.join()
