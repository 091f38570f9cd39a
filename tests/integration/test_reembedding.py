"""A small change in a long document embeds again only the chunks that it touches."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path
from threading import Event

from ingest.pipeline import build_pipeline
from ingest.sandbox import parse_limits
from ragapp.bootstrap import build_runtime, build_service
from ragapp.types import UploadSpec
from tests.serving import ingest_all, parser, settings_in

CHAPTERS = 8


def book() -> str:
    """Chapters of several chunks each, without a paragraph break that could hold a boundary in place."""
    return "\n\n".join(f"# Chapter {chapter}\n\n{_prose(chapter)}" for chapter in range(CHAPTERS))


def _prose(chapter: int) -> str:
    return " ".join(
        f"The mill of town {chapter}-{n} was built by {n % 17 + 2} people, who needed {n % 23 + 1} years."
        for n in range(40)
    )


def test_one_changed_word_embeds_one_chunk_again(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, chunk_tokens=100)
    runtime = build_runtime(settings)
    with closing(build_service(settings, runtime)) as service:
        id_ = service.upload(UploadSpec("book.md"), io.BytesIO(book().encode())).document.id
        ingest_all(settings)
        assert service.document(id_).chunks > 3 * CHAPTERS

        changed = book().replace("The mill of town 3-20", "The windmill of town 3-20")
        service.upload(UploadSpec("book.md"), io.BytesIO(changed.encode()))
        pipeline = build_pipeline(runtime, settings, parser(parse_limits(settings)))
        parsing = runtime.queue.claim("test")
        assert parsing is not None
        pipeline.work(parsing, Event(), lambda _: None)
        embedding = runtime.queue.claim("test")
        assert embedding is not None
        fingerprint = runtime.embedder.get().fingerprint
        ((_, text),) = runtime.store.chunks_without_vector(embedding, fingerprint, 100)
        assert "windmill of town 3-20" in text
