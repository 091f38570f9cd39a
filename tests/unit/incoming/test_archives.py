"""Archives that try to exhaust memory: unpacking is limited, whatever sizes they declare."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from evals.service.set_archive import unpack_upload
from ragapp.errors import ModelError, ParseError, StorageError
from ragapp.fetching import bounded
from ragapp.fetching.archives import ArchiveReader, Member
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
from ragapp.fetching.archives import ArchiveReader
from ragapp.errors import ParseError
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[2]),) * 2)
try:
    for member in ArchiveReader().members(Path(sys.argv[1])):
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
    (member,) = ArchiveReader().members(path)
    with pytest.raises(ParseError, match=r"a\.txt is compressed with (bzip2|lzma)"), member.opened():
        pass


def test_question_sets_are_unpacked_by_the_same_rules() -> None:
    data = io.BytesIO(bomb("questions.jsonl", zipfile.ZIP_BZIP2, MIB))
    with pytest.raises(ParseError, match="bzip2"), unpack_upload("set.zip", data):
        pass


def test_model_packages_are_unpacked_by_the_same_rules(tmp_path: Path) -> None:
    wheel = tmp_path / "a.whl"
    wheel.write_bytes(bomb("model.onnx", zipfile.ZIP_BZIP2, MIB))
    with pytest.raises(ModelError, match="bzip2"):
        list(read_member(wheel, "model.onnx", 100))


def of_members(count: int) -> bytes:
    """A ZIP of small files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}.txt", "text")
    return file.getvalue()


def of_archives(count: int) -> bytes:
    """A ZIP of ZIPs of four files each, beside a large one of as many files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("large.zip", of_members(count))
        for number in range(count // 4):
            archive.writestr(f"{number}.zip", of_members(4))
    return file.getvalue()


def bytes_read() -> int:
    """The bytes that this process has read from files so far."""
    return int(Path("/proc/self/io").read_text().splitlines()[0].split()[1])


def bytes_to_read_all(path: Path) -> int:
    before = bytes_read()
    with closing(ArchiveReader()) as reader:
        for member in reader.members(path):
            with member.opened() as data:
                assert data.read() == b"text"
    return bytes_read() - before


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="Linux counts what a process reads")
@pytest.mark.parametrize("made", [of_members, of_archives])
def test_reading_all_members_reads_bytes_in_proportion(tmp_path: Path, made: Callable[[int], bytes]) -> None:
    took = {}
    for count in (200, 800):
        path = tmp_path / f"{count}.zip"
        path.write_bytes(made(count))
        took[count] = bytes_to_read_all(path)
    assert took[800] < 8 * took[200]


def test_members_are_read_in_any_order_and_after_a_change(tmp_path: Path) -> None:
    """What was kept open serves neither other members nor another file of the name."""
    path = tmp_path / "a.zip"
    nested = {
        "in.zip": {"1.txt": b"1", "deep.zip": {"2.txt": b"2"}},
        "other.zip": {"1.txt": b"3"},
        "4.txt": b"4",
    }
    path.write_bytes(zipped(nested))
    with closing(ArchiveReader()) as reader:
        found = reader.members(path)
        for order in (found, found[::-1], found):
            assert {member.names: contents(member) for member in order} == {
                ("in.zip", "1.txt"): b"1",
                ("in.zip", "deep.zip", "2.txt"): b"2",
                ("other.zip", "1.txt"): b"3",
                ("4.txt",): b"4",
            }
        path.write_bytes(zipped({**nested, "4.txt": b"new"}))
        assert contents(found[-1]) == b"new"
        (tmp_path / "b.zip").write_bytes(zipped({"4.txt": b"b"}))
        assert [contents(one) for one in reader.members(tmp_path / "b.zip")] == [b"b"]


def test_a_damaged_member_does_not_spoil_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = zipped({"1.txt": b"first text", "2.txt": b"second text"})
    path.write_bytes(data.replace(b"first", b"FIRST", 1))
    with closing(ArchiveReader()) as reader:
        damaged, whole = reader.members(path)
        with pytest.raises(ParseError, match="cannot be unpacked"):
            contents(damaged)
        assert contents(whole) == b"second text"


def contents(member: Member) -> bytes:
    with member.opened() as data:
        return data.read()


def zipped(files: Mapping[str, Any]) -> bytes:
    """A ZIP of files; those whose content is a mapping are ZIPs themselves."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, zipped(content) if isinstance(content, Mapping) else content)
    return file.getvalue()


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
