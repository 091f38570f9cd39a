"""Hostile and broken documents: each ends as `failed` within its limits, and the next good one is ready."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from docx import Document
from pypdf import PdfWriter

from ingest.pipeline import build_pipeline
from ingest.sandbox import ParserSandbox, parse_limits
from ragapp.bootstrap import IngestRuntime, build_runtime, build_service
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import UploadSpec
from tests.serving import settings_in

MIB = 1 << 20


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(
        tmp_path_factory.mktemp("data"),
        parse_memory_bytes=768 * MIB,
        parse_cpu_seconds=5,
        parse_seconds=30,
        parse_output_bytes=8 * MIB,
    )


@pytest.fixture(scope="module")
def runtime(settings: Settings) -> IngestRuntime:
    return build_runtime(settings)


@pytest.fixture(scope="module")
def service(settings: Settings, runtime: IngestRuntime) -> Iterator[RagService]:
    with closing(build_service(settings, runtime)) as service:
        yield service


@pytest.fixture(scope="module")
def work(runtime: IngestRuntime, settings: Settings) -> Iterator[Callable[[], None]]:
    """Runs a worker in this process until nothing waits; it must neither crash nor hang."""
    with closing(ParserSandbox(parse_limits(settings))) as sandbox:
        pipeline = build_pipeline(runtime, settings, sandbox)

        def process_queue() -> None:
            while job := runtime.queue.claim("test"):
                pipeline.work(job, Event(), lambda _: None)

        yield process_queue


def zipped(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def pdf(content: bytes, box: str = "0 0 612 792", kids: str = "[3 0 R]", compressed: bool = False) -> bytes:
    """A page with `content`, without anything that pypdf would repair."""
    filtered = b"/Filter /FlateDecode " if compressed else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids {kids} /Count 1 >>".encode(),
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R "
        "/Resources << /Font << /F 5 0 R >> >> >>".encode(),
        b"<< %s/Length %d >>\nstream\n%s\nendstream" % (filtered, len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, starts = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(out) + end % (table, len(out))


HELLO = b"BT /F 12 Tf 72 700 Td (Hello) Tj ET"


def encrypted() -> bytes:
    writer = PdfWriter(io.BytesIO(pdf(HELLO)))
    writer.encrypt("secret", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def bomb_docx() -> bytes:
    file = io.BytesIO()
    Document().save(file)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    end = b"</w:body>"
    bomb = b"<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 8_000_000
    return zipped({**parts, "word/document.xml": parts["word/document.xml"].replace(end, bomb + end)})


LAUGHS = (
    b'<!DOCTYPE article [<!ENTITY a0 "ha">%s]><article><front/><body><p>&a9;</p></body></article>'
    % b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 20) for n in range(1, 10))
)
OUTSIDE = (
    b'<!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]><article><front/><body>&x;</body></article>'
)

POISON: Mapping[str, Callable[[], bytes]] = {
    "empty.txt": lambda: b"",
    "blank.md": lambda: b" \n\t\n",
    "zeros.txt": lambda: bytes(10 * MIB),
    "named-so.pdf": lambda: b"This is no PDF.",
    "program.txt": lambda: b"\x7fELF" + bytes(100),
    "truncated.pdf": lambda: pdf(HELLO)[:120],
    "encrypted.pdf": encrypted,
    "page-bomb.pdf": lambda: pdf(
        zlib.compress(b"BT /F 1 Tf (xxxxxxxx) Tj ET " * 6_000_000, 1), compressed=True
    ),
    "long-text.txt": lambda: b"word " * 4_000_000,
    "endless.md": lambda: b"- a *b* [c](d)\n\n" * 400_000,
    "deep.html": lambda: b"<html><body>" + b"<div><table><tr><td>" * 300_000,
    "entities.xml": lambda: LAUGHS,
    "outside.xml": lambda: OUTSIDE,
    "bomb.docx": bomb_docx,
    "nested.zip": lambda: zipped({"a.zip": zipped({"b.zip": zipped({"c.txt": b"x" * MIB})})}),
    "truncated.zip": lambda: zipped({"a.txt": b"text" * 1000})[:200],
}

HARMLESS = {
    "huge-box.pdf": pdf(HELLO, box="0 0 1e9 1e9"),
    "own-parent.pdf": pdf(HELLO, kids="[3 0 R 2 0 R]"),
    "deep.json": b"[" * 5_000_000,  # nested too deeply for JSON, so it is read as text
}
"""Strange documents that can be parsed: they only have to end."""


@pytest.mark.parametrize("name", POISON)
def test_a_poisonous_document_fails_alone(name: str, service: RagService, work: Callable[[], None]) -> None:
    poison = service.upload(UploadSpec(name), io.BytesIO(POISON[name]())).document.id
    good = service.upload(UploadSpec(f"after-{name}.txt"), io.BytesIO(f"All is well after {name}.".encode()))
    work()
    ended = service.document(poison)
    assert ended.status == "failed", f"{name} is {ended.status}"
    assert name in str(ended.error), "its reason names it"
    assert str(ended.error).endswith("."), "its reason is a sentence with a remedy"
    assert "passwd" not in str(ended.error)
    assert service.document(good.document.id).status == "ready"


@pytest.mark.parametrize("name", HARMLESS)
def test_a_strange_document_ends(name: str, service: RagService, work: Callable[[], None]) -> None:
    id_ = service.upload(UploadSpec(name), io.BytesIO(HARMLESS[name])).document.id
    work()
    assert service.document(id_).status in {"ready", "failed"}


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("nul\0byte.txt", "nulbyte.txt"),
        ("in\u202evoice-fdp.exe", "invoice-fdp.exe"),
        ("x" * 4000 + ".txt", "x" * 196 + ".txt"),
        ("/", "unnamed"),
    ],
)
def test_a_name_is_never_a_path(
    sent: str, shown: str, service: RagService, work: Callable[[], None], settings: Settings
) -> None:
    before = set(settings.data_dir.parent.rglob("*.txt"))
    document = service.upload(
        UploadSpec(sent, source=shown), io.BytesIO(f"Text of {shown!r}.".encode())
    ).document
    work()
    assert (document.name, service.document(document.id).status) == (shown, "ready")
    assert set(settings.data_dir.parent.rglob("*.txt")) == before
    assert not [path for path in Path(settings.data_dir).rglob("*") if shown in path.name]
