"""Parsers, chunkers and sources of other packages, used by `ragapp ingest`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.cli.batch import open_batch
from ingest.cli.progress import ProgressBar
from ingest.cli.sync import FolderSync
from ingest.sources import Finder
from ragapp.bootstrap import ingest_fingerprint
from ragapp.bootstrap.runtime import INGEST_VERSION
from ragapp.fetching.web import FetchLimits
from ragapp.settings import Settings
from tests.commands import ragapp
from tests.thirdparty import install

SOURCE = '''
import contextlib, io, os
from ragapp.errors import FetchError, ParseError, UsageError
from ragapp.protocols import Source
from ragapp.types import Chunk, ParsedText

def parse(data, name):
    """Upside down, in the sandbox."""
    if data == b"peek":
        return ParsedText(open("/etc/passwd").read())
    if data == b"bad":
        raise ParseError(f"{name} is not a drawing. Save it again.")
    if data == b"dirty":
        return ParsedText("Herons\\0 fish.")
    if data == b"none":
        return None
    return ParsedText(data.decode()[::-1])

def lines(parsed, token_spans, max_tokens):
    chunks, start = [], 0
    for line in parsed.text.splitlines(keepends=True):
        if text := line.strip():
            at = start + line.index(text)
            chunks.append(Chunk(at, at + len(text), text, parsed.page_at(at)))
        start += len(line)
    return chunks

def broken(parsed, token_spans, max_tokens):
    return [Chunk(0, 5, "other", 1)]

def crashing(parsed, token_spans, max_tokens):
    raise ZeroDivisionError("no tokens")

def pages(address, limits):
    where = address.partition("://")[2]
    if where == "down" or "WIKI_DOWN" in os.environ:
        raise ConnectionError("refused")
    if where == "files":
        return [Source("/etc/passwd", "passwd.txt", lambda: contextlib.nullcontext(io.BytesIO(b"x")))]
    return [
        Source(f"wiki:{where}/{name}", f"{name}.txt", lambda data=data: opened(data))
        for name, data in {"a": b"Herons fish at dusk.", "b": b"Too long. " * 99, "c": None}.items()
    ]

def opened(data):
    if data is None:
        raise KeyError("gone")
    return contextlib.nullcontext(io.BytesIO(data))
'''
ENTRIES = {
    "ragapp.parsers": {".dwg": "acme_read:parse", "audio/mpeg": "acme_read:parse", ".gone": "acme_read:gone"},
    "ragapp.chunkers": {
        "lines": "acme_read:lines",
        "broken": "acme_read:broken",
        "crash": "acme_read:crashing",
    },
    "ragapp.sources": {"wiki": "acme_read:pages"},
}


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of sys.path outside of site-packages, with one package in it."""
    folder = tmp_path / "packages"
    install(folder, "acme-read", ENTRIES, SOURCE)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "acme_read", raising=False)
    return folder


@pytest.fixture
def ingest(
    packages: Path, tmp_path: Path, model_folder: Callable[[str], Path]
) -> Callable[..., dict[str, Any]]:
    model_folder("bge-small-en-v1.5")

    def ingest(*arguments: object, **settings: str) -> dict[str, Any]:
        where = ("--data-dir", str(tmp_path / "data"), "--json")
        done = ragapp("ingest", *map(str, arguments), *where, **settings)
        assert done.returncode in (0, 1), done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    return ingest


def text_of(tmp_path: Path, document: str) -> str:
    return ragapp("documents", "text", document, "--data-dir", str(tmp_path / "data")).stdout


def test_a_parser_reads_the_documents_of_its_names_in_the_sandbox(
    ingest: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for name, data in {
        "plan.DWG": b".ksud ta hsif snoreH",
        "song.mp3": b"dna edit ehT",
        "note.md": b"# Tides\n\nThe tide turns.",
        "peek.dwg": b"peek",
        "bad.dwg": b"bad",
        "none.dwg": b"none",
        "dirty.dwg": b"dirty",
        "x.gone": b"text",
    }.items():
        (files / name).write_bytes(data)
    found = {one["name"]: one for one in ingest(files)["documents"]}
    assert "Herons fish at dusk." in text_of(tmp_path, found["plan.DWG"]["id"])
    assert "The tide and" in text_of(tmp_path, found["song.mp3"]["id"])
    assert found["note.md"]["status"] == "ready"
    assert "acme_read" not in sys.modules
    assert "PermissionError" in found["peek.dwg"]["error"]
    assert found["bad.dwg"]["error"] == "bad.dwg is not a drawing. Save it again."
    assert "returned a text with characters that ragapp.text.clean" in found["dirty.dwg"]["error"]
    assert "returned a NoneType instead of a ParsedText" in found["none.dwg"]["error"]
    assert "'.gone' of acme-read 1.0 (acme_read:gone) cannot be imported" in found["x.gone"]["error"]


def test_two_parsers_for_one_suffix_are_refused(
    packages: Path, ingest: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    install(packages, "other-read", {"ragapp.parsers": {".dwg": "other_read:parse"}})
    (tmp_path / "plan.dwg").write_bytes(b"abc")
    (document,) = ingest(tmp_path / "plan.dwg")["documents"]
    assert "acme-read 1.0, other-read 1.0" in document["error"]


def test_a_chunker_cuts_the_text(ingest: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Herons fish at dusk.\nThe tide turns at noon.\n")
    assert ingest(note)["documents"][0]["chunks"] == 1
    again = ingest(note, RAGAPP_CHUNKER="lines")
    assert (again["updated"], again["documents"][0]["chunks"]) == (1, 2)
    assert ingest(note, RAGAPP_CHUNKER="lines")["unchanged"] == 1


@pytest.mark.parametrize(
    ("chunker", "why"), [("broken", "returned an invalid chunk"), ("crash", "failed (ZeroDivisionError: no")]
)
def test_a_chunker_that_fails_fails_the_document_with_the_package(
    ingest: Callable[..., dict[str, Any]], tmp_path: Path, chunker: str, why: str
) -> None:
    (tmp_path / "note.txt").write_text("Herons fish at dusk.")
    (document,) = ingest(tmp_path / "note.txt", RAGAPP_CHUNKER=chunker)["documents"]
    assert document["status"] == "failed"
    assert why in document["error"]
    assert "pip uninstall acme-read" in document["error"]


@pytest.mark.usefixtures("packages")
def test_an_unknown_chunker_lists_the_available_ones(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Herons fish at dusk.")
    where = ("--data-dir", str(tmp_path / "data"))
    done = ragapp("ingest", str(tmp_path / "note.txt"), *where, RAGAPP_CHUNKER="linse")
    assert done.returncode == 2
    assert "RAGAPP_CHUNKER='linse'. Available: sections, broken, crash, lines" in done.stderr


def test_a_source_brings_documents(ingest: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    report = ingest("wiki://birds", RAGAPP_MAX_UPLOAD_BYTES="500")
    found = {one["name"]: one for one in report["documents"]}
    assert "Herons fish at dusk." in text_of(tmp_path, found["a.txt"]["id"])
    assert "larger than 500 bytes" in found["b.txt"]["error"]
    assert "wiki:birds/c could not be read by acme-read 1.0 (KeyError: 'gone')" in found["c.txt"]["error"]
    assert ingest("wiki://birds", RAGAPP_MAX_UPLOAD_BYTES="500")["unchanged"] == 1


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(
    ("address", "code", "why"),
    [
        ("wiki://down", 1, "wiki://down could not be listed by acme-read 1.0 (ConnectionError: refused)"),
        ("wiki://files", 2, "returned the id '/etc/passwd', which must begin with its scheme"),
    ],
)
def test_a_source_that_fails_is_named(tmp_path: Path, address: str, code: int, why: str) -> None:
    done = ragapp("ingest", address, "--data-dir", str(tmp_path / "data"))
    assert done.returncode == code
    assert why in done.stderr


@pytest.mark.usefixtures("packages")
def test_a_source_that_cannot_be_listed_for_a_while_loses_nothing(
    tmp_path: Path, model_folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model_folder("bge-small-en-v1.5")
    finder = Finder(["wiki://birds"], [], FetchLimits(500, 5))
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        if "could not be listed" in line:
            raise KeyboardInterrupt

    with (
        ProgressBar(quiet=True) as progress,
        open_batch(Settings(data_dir=tmp_path / "data"), "default", {}, 1, progress) as batch,
    ):
        mirror = FolderSync(batch, finder, prune=True, tell=tell)
        mirror.begin(finder.find())
        monkeypatch.setenv("WIKI_DOWN", "1")
        with pytest.raises(KeyboardInterrupt):
            mirror.watch(pause=0.1)
    assert (mirror.vanished, mirror.removed) == ([], 0)
    assert told[-1].startswith("wiki://birds could not be listed")


def test_the_ingest_fingerprint_depends_on_parsers_and_chunker(packages: Path) -> None:
    plain = Settings()
    lines = plain.model_copy(update={"chunker": "lines"})
    assert ingest_fingerprint(plain).startswith(f"{INGEST_VERSION}/bge-small-en-v1.5/240/10000/")
    assert len({ingest_fingerprint(plain), ingest_fingerprint(lines)}) == 2
    before = ingest_fingerprint(lines)
    sys.path.remove(str(packages))
    assert ingest_fingerprint(plain) == f"{INGEST_VERSION}/bge-small-en-v1.5/240/10000"
    later = packages.with_name("later")
    install(later, "acme-read", ENTRIES, SOURCE, version="1.1")
    sys.path.insert(0, str(later))
    assert ingest_fingerprint(lines) != before
