"""A cache of drawn pages on disk. It need not be durable, because pages can be drawn again."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from ragapp.files.permissions import private_folder
from ragapp.page_images.messages import packed, unpacked
from ragapp.types import PageImage

DAY = 24 * 3600.0


class PageCache:
    """Has a folder for each document, named by its id, so that deleting the document deletes its pages.

    Adding a page removes those that were not used for a day and, beyond `max_bytes`, the least recently used.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def get(self, document_id: str, key: str) -> PageImage | None:
        path = self._folder / document_id / key
        try:
            image = unpacked(path.read_bytes())
            os.utime(path)
        except (OSError, ValueError):  # missing, or truncated by a power cut
            return None
        return image

    def put(self, document_id: str, key: str, image: PageImage) -> None:
        """Stores a page, unless the disk is full or not writable: the page is then drawn again."""
        folder = self._folder / document_id
        with suppress(OSError):
            private_folder(folder)
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
                file.write(packed(image))
            Path(file.name).replace(folder / key)
            self._evict()

    def forget(self, document_id: str) -> int:
        """Removes the pages of a document, and returns their number."""
        folder = self._folder / document_id
        count = sum(1 for _ in folder.glob("*"))
        shutil.rmtree(folder, ignore_errors=True)
        return count

    def document_ids(self) -> set[str]:
        """The ids of the documents with cached pages."""
        with suppress(FileNotFoundError):
            return {folder.name for folder in self._folder.iterdir()}
        return set()

    def _evict(self) -> None:
        files = [(path, path.stat()) for path in self._folder.glob("*/*")]
        files.sort(key=lambda file: file[1].st_mtime, reverse=True)
        oldest, bytes_left = time.time() - DAY, self._max_bytes
        for path, status in files:
            bytes_left -= status.st_size
            if bytes_left < 0 or status.st_mtime < oldest:
                path.unlink(missing_ok=True)
                with suppress(OSError):  # it still contains others
                    path.parent.rmdir()
