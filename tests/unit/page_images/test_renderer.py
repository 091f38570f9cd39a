"""Pages are drawn once, within limits, and the cache is bounded."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from ragapp.errors import ParseError, UnsupportedFormat
from ragapp.page_images.page_cache import PageCache
from ragapp.page_images.renderer import SandboxedRenderer, page_limits
from ragapp.sandbox import MIB
from ragapp.types import DocumentPage, PageImage
from tests.printing import Printed, pdf_of

WORDS = "The lighthouse was built in 1862."
DATA = pdf_of([Printed(50, 700, WORDS)])
PAGE = DocumentPage("d1", "a.pdf", 1, "0" * 64, 1, 1, 100, 100 + len(WORDS), WORDS)
LIMITS = page_limits(1024 * MIB, 20)
CITED = (104, 114)


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedRenderer]:
    stored = PageCache(tmp_path_factory.mktemp("pages"), 10 * MIB)
    with closing(SandboxedRenderer(stored, LIMITS)) as renderer:
        yield renderer


def opened() -> BinaryIO:
    return io.BytesIO(DATA)


def not_opened() -> BinaryIO:
    raise AssertionError("the page was drawn again")


def test_a_page_is_drawn_once_for_the_same_words(renderer: SandboxedRenderer) -> None:
    first = renderer.draw(PAGE, opened, CITED)
    assert len(first.boxes) == 1
    assert renderer.draw(PAGE, not_opened, CITED) == first
    assert renderer.draw(PAGE, opened, (100, 103)) != first


def test_another_text_of_the_same_bytes_is_drawn_again(renderer: SandboxedRenderer) -> None:
    renderer.draw(PAGE, opened, CITED)
    with pytest.raises(AssertionError):
        renderer.draw(replace(PAGE, text=WORDS.upper()), not_opened, CITED)


def test_the_images_of_a_deleted_document_are_removed(renderer: SandboxedRenderer) -> None:
    renderer.draw(PAGE, opened, CITED)
    renderer.forget(PAGE.document_id)
    with pytest.raises(AssertionError):
        renderer.draw(PAGE, not_opened, CITED)


def test_only_formats_with_pages_are_drawn(renderer: SandboxedRenderer) -> None:
    with pytest.raises(UnsupportedFormat, match="Only PDFs and pictures"):
        renderer.draw(replace(PAGE, name="a.txt", document_id="d2"), lambda: io.BytesIO(b"plain text"), None)


def test_a_page_that_takes_too_long_is_a_parse_error(tmp_path: Path) -> None:
    hasty = SandboxedRenderer(PageCache(tmp_path, MIB), page_limits(1024 * MIB, 0.001))
    with closing(hasty), pytest.raises(ParseError, match=r"a\.pdf took longer"):
        hasty.draw(PAGE, opened, None)


def test_the_least_recently_used_images_are_evicted(tmp_path: Path) -> None:
    with closing(SandboxedRenderer(PageCache(tmp_path, MIB), LIMITS)) as one:
        one.draw(PAGE, opened, None)
    (file,) = tmp_path.glob("*/*")
    size = file.stat().st_size
    with closing(SandboxedRenderer(PageCache(tmp_path, int(2.5 * size)), LIMITS)) as small:
        for number in range(4):
            small.draw(replace(PAGE, document_id=f"n{number}"), opened, None)
        small.draw(replace(PAGE, document_id="n3"), not_opened, None)
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 2.5 * size


def test_eviction_removes_empty_folders(tmp_path: Path) -> None:
    with closing(SandboxedRenderer(PageCache(tmp_path, 0), LIMITS)) as renderer:
        renderer.draw(PAGE, opened, None)
        assert renderer.cached_documents() == set()


def test_a_truncated_file_is_drawn_again(tmp_path: Path) -> None:
    with closing(SandboxedRenderer(PageCache(tmp_path, MIB), LIMITS)) as one:
        whole = one.draw(PAGE, opened, None)
        (file,) = tmp_path.glob("*/*")
        file.write_bytes(file.read_bytes()[:-100])
        assert one.draw(PAGE, opened, None) == whole


def test_many_threads_get_their_own_pages(renderer: SandboxedRenderer) -> None:
    drawn: dict[int, PageImage] = {}

    def read(number: int) -> None:
        drawn[number] = renderer.draw(replace(PAGE, document_id=f"m{number}"), opened, (100, 103 + number))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    widths = [drawn[number].boxes[0].width for number in range(6)]
    assert widths == sorted(widths)
    assert len(set(widths)) > 3  # blanks add nothing
