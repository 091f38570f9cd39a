"""`ragapp ingest`, as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ragapp.bootstrap import build_service
from ragapp.types import SearchQuery
from tests.commands import ragapp
from tests.serving import settings_in

PATIENCE = 120.0
"""Seconds to wait for something that must happen; how soon is not what is tested."""


class Shop:
    """A folder of documents, and the command run on it."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.documents = folder / "documents"
        self.documents.mkdir()
        self.environment = {"RAGAPP_DATA_DIR": str(self.data), "RAGAPP_LEASE_SECONDS": "2"}

    def write(self, **texts: str) -> None:
        for name, text in texts.items():
            (self.documents / f"{name}.md").write_text(text)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "ragapp.cli", "ingest", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env=os.environ | self.environment, text=True, **pipes)

    def run(self, *arguments: object, stdin: str = "") -> tuple[int, str, str]:
        done = ragapp("ingest", *map(str, arguments), stdin=stdin, **self.environment)
        return done.returncode, done.stdout, done.stderr

    def json(self, *arguments: object) -> tuple[int, Any]:
        code, out, err = self.run(*(arguments or (self.documents,)), "--json")
        assert out, err
        return code, json.loads(out)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def counts(report: dict[str, int]) -> tuple[int, int, int, int]:
    return report["added"], report["updated"], report["unchanged"], report["failed"]


def test_new_changed_unchanged_and_bad_files_in_one_folder(shop: Shop) -> None:
    shop.write(a="# A\n\nHerons fish at dusk.", b="# B\n\nBread rises.", c="# C\n\nBees dance.")
    code, report = shop.json()
    assert (code, counts(report)) == (0, (3, 0, 0, 0))
    assert {d["name"]: (d["status"], d["error"], d["pages"], d["chunks"]) for d in report["documents"]} == {
        f"{name}.md": ("ready", None, 1, 1) for name in "abc"
    }

    shop.write(a="# A\n\nHerons fish at dawn.", d="\0\0")
    code, report = shop.json()
    assert (code, counts(report)) == (1, (0, 1, 2, 1))
    failed = next(d for d in report["documents"] if d["status"] == "failed")
    assert failed["name"] == "d.md"
    assert "binary file" in failed["error"]

    with closing(build_service(settings_in(shop.data))) as service:
        texts = [hit.text for hit in service.search(SearchQuery("when do herons fish")).hits]
    assert "Herons fish at dawn." in texts
    assert "Herons fish at dusk." not in texts


def test_the_shape_of_its_json_is_stable(shop: Shop) -> None:
    shop.write(a="Text.")
    _, report = shop.json()
    counted = {"added", "updated", "unchanged", "failed", "removed"}
    assert set(report) == counted | {"seconds", "documents", "vanished", "recordings"}
    assert set(report["documents"][0]) == {"id", "name", "status", "error", "pages", "chunks", "gaps"}


def test_people_get_counts_and_reasons(shop: Shop) -> None:
    shop.write(good="Text.", empty="")
    code, out, _ = shop.run(shop.documents)
    assert code == 1
    assert "empty.md is empty" in out
    assert "1 added, 0 updated, 0 unchanged, 1 failed" in out


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that fails when it is read")
def test_a_file_that_fails_while_being_read_does_not_stop_the_others(shop: Shop) -> None:
    shop.write(b="Text.")
    (shop.documents / "a.md").symlink_to("/proc/self/mem")
    code, out, _ = shop.run(shop.documents)
    assert code == 1
    assert "a.md cannot be read to its end: Input/output error. Copy it again" in out
    assert "1 added, 0 updated, 0 unchanged, 1 failed" in out


def test_a_reason_names_the_file_once(shop: Shop) -> None:
    (shop.documents / "a.zip").write_bytes(b"PK, but nothing else")
    _, out, _ = shop.run(shop.documents)
    assert "failed: a.zip cannot be unpacked" in out


def test_a_file_that_cannot_be_opened_does_not_stop_the_others(shop: Shop) -> None:
    shop.write(a="Text.")
    code, out, err = shop.run("-", "--json", stdin=f"{shop.documents}/gone.md\n{shop.documents}/a.md\n")
    assert code == 1, err
    assert [(d["name"], d["status"]) for d in json.loads(out)["documents"]] == [
        ("a.md", "ready"),
        ("gone.md", "failed"),
    ]


def test_metadata_can_be_searched_by(shop: Shop) -> None:
    shop.write(a="Herons fish.")
    shop.json(shop.documents, "--meta", "team=birds", "--meta", "year=2024")
    with closing(build_service(settings_in(shop.data))) as service:
        assert service.search(SearchQuery("herons", filters={"team": "birds", "year": "2024"})).hits
        assert not service.search(SearchQuery("herons", filters={"team": "bees"})).hits


def test_a_new_collection_is_made(shop: Shop) -> None:
    shop.write(a="Herons fish.")
    shop.json(shop.documents, "-c", "birds")
    with closing(build_service(settings_in(shop.data))) as service:
        assert service.search(SearchQuery("herons", collection="birds")).hits


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("nowhere.pdf",), 2, "matches no file or folder"),
        ((".", "--meta", "colour"), 2, "key=value"),
        ((__file__, "-c", "../up"), 2, "valid name"),
    ],
)
def test_wrong_usage_is_reported_at_once(
    shop: Shop, arguments: tuple[str, ...], code: int, reason: str
) -> None:
    returned, out, err = shop.run(*arguments)
    assert (returned, out) == (code, "")
    assert reason in err


def test_after_ctrl_c_the_same_command_continues(shop: Shop) -> None:
    shop.write(long="".join(f"# H{i}\n\nThe mayor of town {i} has {i} bridges.\n\n" for i in range(400)))
    process = shop.start(shop.documents)
    with closing(build_service(settings_in(shop.data))) as service:
        deadline = time.monotonic() + PATIENCE
        while not any(document.embedded for document in service.documents()):
            assert time.monotonic() < deadline, "nothing was embedded"
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        assert process.returncode != 0
        interrupted = service.documents()[0]
        assert interrupted.status == "searchable"
        code, report = shop.json()
        assert (code, counts(report)) == (0, (0, 0, 1, 0))
        finished = service.documents()[0]
        assert (finished.status, finished.version, finished.chunks) == ("ready", 1, 400)


def test_two_commands_at_once_share_the_work(shop: Shop) -> None:
    shop.write(**{f"doc{i}": f"# Number {i}\n\nText {i}." for i in range(20)})
    assert shop.run("--json", shop.documents / "doc0.md")[0] == 0  # the collection is there
    both = [shop.start(shop.documents, "--json", "--jobs", "2") for _ in range(2)]
    reports = [json.loads(process.communicate(timeout=PATIENCE)[0]) for process in both]
    for report in reports:
        assert {document["status"] for document in report["documents"]} == {"ready"}
    with closing(build_service(settings_in(shop.data))) as service:
        assert len(service.documents()) == 20
        assert service.doctor().ok
