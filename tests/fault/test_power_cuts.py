"""The power fails at every point at which something becomes durable: nothing accepted is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ragapp.indexes.local import snapshot
from tests.fault.library import Library
from tests.fault.storage import PowerCut, failing_at

BEFORE = {"heron": "the heron waits in shallow water", "crane": "the crane walks over wet meadows"}
NEW, CHANGED = "a gull follows the fishing boat", "the crane flies south in autumn"


def ingest(library: Library, expected: dict[str, str]) -> None:
    library.accept("gull", NEW)
    expected["gull"] = NEW  # from here on it is promised
    library.work()
    library.catch_up()


def change(library: Library, expected: dict[str, str]) -> None:
    library.accept("crane", CHANGED)
    expected["crane"] = CHANGED
    library.work()
    library.catch_up()


def delete(library: Library, expected: dict[str, str]) -> None:
    # Until the call returns, the document may be there or not; the power fails after the commit here,
    # because only the file is left to free then.
    del expected["heron"]
    library.delete("heron")
    library.catch_up()


def reindex(library: Library, expected: dict[str, str]) -> None:
    library.reindex()
    library.catch_up()


def compact(library: Library, expected: dict[str, str]) -> None:
    for number in range(3):
        library.accept(f"tern-{number}", f"tern {number} dives into the bay")
        expected[f"tern-{number}"] = f"tern {number} dives into the bay"
    library.work()
    library.catch_up()
    library.index.close()  # waits for the new base


@pytest.fixture(scope="module")
def shore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the documents `BEFORE`."""
    folder = tmp_path_factory.mktemp("shore")
    library = Library(folder)
    for source, text in BEFORE.items():
        library.ingest(source, text)
    library.catch_up()
    library.close()
    return folder


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder without documents: the first one creates all other folders."""
    folder = tmp_path_factory.mktemp("new")
    Library(folder).close()
    return folder


@pytest.mark.parametrize(
    ("before", "work"),
    [("new", ingest), *(("shore", work) for work in (ingest, change, delete, reindex, compact))],
)
def test_nothing_promised_is_lost_at_any_point(
    request: pytest.FixtureRequest,
    before: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    work: Callable[[Library, dict[str, str]], None],
) -> None:
    monkeypatch.setattr(snapshot, "DELTA_ROWS", 1)
    point, finished, texts = 0, False, BEFORE if before == "shore" else {}
    while not finished:
        point += 1
        folder = tmp_path / str(point)
        shutil.copytree(request.getfixturevalue(before), folder)
        library, expected = Library(folder), dict(texts)
        library.catch_up()
        with failing_at(point) as disk:
            try:
                work(library, expected)
                finished = not disk.off  # a cut in the housekeeper's thread is not raised here
            except PowerCut:
                pass
        library.close()
        after = Library(folder)
        after.assert_is(expected)
        after.close()
    assert point > 1
