"""Unusual folders: odd names, missing permissions, and files that vanish during the scan."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ingest.cli.sync import vanished
from ingest.sources import Finder, split_list
from ragapp.errors import UsageError
from ragapp.fetching.file_names import display_name
from ragapp.fetching.web import FetchLimits
from ragapp.protocols import Source
from ragapp.types import Document

NOBODY = 65534


@pytest.fixture
def strange() -> Iterator[Path]:
    """Where everybody may go: pytest's own folders are for its user alone."""
    with TemporaryDirectory(prefix="ragapp-strange-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def nobody() -> Iterator[None]:
    """Root may read everything, so that tests that run as root become somebody else."""
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(NOBODY)
    yield
    if was_root:
        os.seteuid(0)


def sources(*arguments: object, own: Path | None = None) -> list[Source]:
    return Finder([str(argument) for argument in arguments], [], FetchLimits(0, 0), own).find()


def names(found: list[Source]) -> list[str]:
    return [source.name for source in found]


def document(path: Path) -> Document:
    at = datetime.now(UTC)
    return Document(
        "d", "default", path.name, str(path), 1, 1, "ready", None, "0", 1, "text/plain", 1, 1, 1, at
    )


def reason(source: Source) -> str:
    with pytest.raises(OSError) as refused, source.open():  # noqa: PT011 - which one is asked of the caller
        pass
    return str(refused.value.strerror)


@pytest.mark.parametrize(
    "name", ["new\nline.txt", "tab\t.txt", "a:b*c?.txt", "back\\slash.txt", "CON.txt", "x ."]
)
def test_a_name_may_hold_whatever_the_disk_takes(strange: Path, name: str) -> None:
    (strange / name).write_text("Herons fish.")
    (source,) = sources(strange)
    assert source.id == str(strange / name)
    with source.open() as data:
        assert data.read() == b"Herons fish."


def test_a_name_that_is_not_utf_8_can_be_stored_and_printed(strange: Path) -> None:
    (strange / os.fsdecode(b"caf\xe9.txt")).write_text("Herons fish.")
    (source,) = sources(strange)
    assert (source.id, source.name) == (f"{strange}/caf%E9.txt", "caf%E9.txt")
    assert display_name(source.name) == source.name
    with source.open() as data:
        assert data.read() == b"Herons fish."


def test_what_is_in_a_closed_folder_with_such_a_name_has_not_vanished(
    strange: Path, request: pytest.FixtureRequest
) -> None:
    (strange / os.fsdecode(b"caf\xe9")).mkdir(mode=0)
    known = {path: document(Path(path)) for path in (f"{strange}/caf%E9/inside.txt", f"{strange}/gone.txt")}
    request.getfixturevalue("nobody")
    found = {source.id for source in sources(strange)}
    assert [one.name for one in vanished(known, found, [strange])] == ["gone.txt"]


def test_a_tilde_without_such_a_user_is_an_ordinary_character(
    strange: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(strange)
    (strange / "~draft.txt").write_text("Herons fish.")
    assert names(sources("~draft.txt")) == ["~draft.txt"]


def test_our_own_folder_is_left_out(strange: Path) -> None:
    (strange / "note.txt").write_text("Herons fish.")
    own = strange / "library"
    (own / "blobs").mkdir(parents=True)
    (own / "blobs" / "0a").write_text("Herons fish.")
    assert names(sources(strange, own=own)) == ["note.txt"]
    assert names(sources(strange, own=strange / "not made yet")) == ["0a", "note.txt"][::-1]
    with pytest.raises(UsageError, match="data folder itself"):
        sources(own, own=own)


def test_folders_without_permission_are_reported_and_the_rest_is_ingested(
    strange: Path, request: pytest.FixtureRequest
) -> None:
    (strange / "note.txt").write_text("Herons fish.")
    for folder, mode in (("closed", 0), ("listed only", 0o444)):
        (strange / folder).mkdir()
        (strange / folder / "inside.txt").write_text("Secret.")
        (strange / folder).chmod(mode)
    (strange / "secret.txt").write_text("Secret.")
    (strange / "secret.txt").chmod(0)
    request.getfixturevalue("nobody")
    found = {source.name: source for source in sources(strange)}
    assert set(found) == {"note.txt", "closed", "inside.txt", "secret.txt"}
    assert {reason(found[name]) for name in ("closed", "inside.txt", "secret.txt")} == {"Permission denied"}


def test_what_is_out_of_reach_has_not_vanished(strange: Path, request: pytest.FixtureRequest) -> None:
    closed = strange / "closed"
    closed.mkdir(mode=0)
    known = {str(path): document(path) for path in (closed / "inside.txt", strange / "gone.txt")}
    request.getfixturevalue("nobody")
    found = {source.id for source in sources(strange)}
    assert [one.name for one in vanished(known, found, [strange])] == ["gone.txt"]


def test_pipes_and_links_that_lead_nowhere_are_left_out(strange: Path) -> None:
    os.mkfifo(strange / "pipe.txt")
    (strange / "gone.txt").symlink_to(strange / "nowhere.txt")
    (strange / "around.txt").symlink_to(strange / "around.txt")
    (strange / "note.txt").write_text("Herons fish.")
    assert names(sources(strange)) == ["note.txt"]


def test_a_folder_that_goes_while_it_is_walked_takes_nothing_along(strange: Path) -> None:
    for folder in ("a", "b"):
        (strange / folder).mkdir()
        (strange / folder / "note.txt").write_text("Herons fish.")
    walk = Finder([str(strange)], [], FetchLimits(0, 0))._sources(str(strange))
    first = next(walk)
    (strange / "b" / "note.txt").unlink()
    (strange / "b").rmdir()
    assert first.id == str(strange / "a" / "note.txt")
    (gone,) = walk
    assert (gone.name, reason(gone)) == ("b", "No such file or directory")


@pytest.mark.parametrize(
    ("data", "paths"),
    [
        (b"a.txt\n b.txt \r\n\n", ["a.txt", "b.txt"]),
        (b"new\nline.txt\0 b.txt\0", ["new\nline.txt", " b.txt"]),
        (b"caf\xe9.txt\n", [os.fsdecode(b"caf\xe9.txt")]),
        (b"", []),
    ],
)
def test_a_list_has_a_path_a_line_or_nul_between_them(data: bytes, paths: list[str]) -> None:
    assert split_list(data) == paths
