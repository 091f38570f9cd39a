"""A process that ingests, changes, deletes and reindexes is killed at random instants, many times.

Its embedder costs nothing, so that kills are many; `test_kills.py` has fewer, with real parsing and a real
model.
"""

from __future__ import annotations

import random
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ragapp.testing.soak import repeats
from tests.fault.library import Library
from tests.processes import FORKED

KILLS = repeats(25, 2000)
LONGEST = 0.25
"""Seconds until a process is killed after it has opened its data folder."""
SOURCES = ("heron", "crane", "stork", "egret")
ABSENT = ""
IN_MEMORY = Path("/dev/shm")
"""A killed process loses nothing that it wrote; `test_power_cuts.py` covers what disks lose."""


def text_of(source: str, edition: int) -> str:
    return f"{source} {edition:06d} " + " ".join(f"wades {beat}" for beat in range(edition % 9))


def churn(folder: Path, seed: int) -> None:
    """Works until it is killed, and keeps a journal of what it begins and what it has done."""
    dice, library = random.Random(seed), Library(folder)
    with (folder / "journal").open("a", buffering=1) as journal:
        edition = 1000 * seed
        while True:
            source, action = dice.choice(SOURCES), dice.choice(("accept", "accept", "delete", "other"))
            edition += 1
            wanted = ABSENT if action == "delete" else text_of(source, edition)
            if action == "other":
                dice.choice(
                    (library.work, library.reindex, lambda: library.index.rebuild(library.collection))
                )()
            else:
                journal.write(f"begin/{source}/{wanted}\n")
                library.accept(source, wanted) if wanted else library.delete(source)
                journal.write(f"done/{source}/{wanted}\n")
            if dice.random() < 0.5:
                library.work()
                library.catch_up()


def allowed_states(journal: str) -> dict[str, set[str]]:
    """The possible texts of each source: one, or two when the process died between begin and done."""
    states = {source: {ABSENT} for source in SOURCES}
    for line in journal.splitlines():
        event, source, text = line.split("/")
        states[source] = {text} if event == "done" else states[source] | {text}
    return states


def kill_one(folder: Path, seed: int) -> None:
    process = FORKED.Process(target=churn, args=(folder, seed))
    process.start()
    size = (folder / "journal").stat().st_size
    while (folder / "journal").stat().st_size == size and process.is_alive():
        time.sleep(0.001)
    time.sleep(random.Random(seed).uniform(0, LONGEST))
    assert process.is_alive(), "it died before it was killed"
    process.kill()
    process.join()


def assert_sound(folder: Path) -> None:
    with closing(Library(folder)) as library:
        library.work()
        found = {
            one.source: library.store.parsed_text(one.id).text for one in library.store.documents("shore")
        }
        for source, allowed in allowed_states((folder / "journal").read_text()).items():
            assert found.get(source, ABSENT) in allowed
        library.assert_is(found)
    with (folder / "journal").open("a") as journal:
        for source in SOURCES:
            journal.write(f"done/{source}/{found.get(source, ABSENT)}\n")


@pytest.mark.timeout(120 + 10 * KILLS)
def test_kills_at_any_instant_lose_and_duplicate_nothing() -> None:
    with TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.exists() else None) as name:
        folder = Path(name)
        (folder / "journal").touch()
        for seed in range(KILLS):
            kill_one(folder, seed)
            assert_sound(folder)
