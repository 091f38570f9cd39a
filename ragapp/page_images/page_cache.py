"""Drawn pages on disk. They can be drawn again, so nothing here has to survive anything."""

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
    """A folder for each document, named by its id, so that deleting the document deletes its pages.

    Whenever one is added, what has not been looked at for a day goes, and beyond `max_bytes` what was looked
    at longest ago.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def get(self, document_id: str, key: str) -> PageImage | None:
        path = self._folder / document_id / key
        try:
            image = unpacked(path.read_bytes())
            os.utime(path)
        except (OSError, ValueError):  # not there, or torn by a power cut
            return None
        return image

    def put(self, document_id: str, key: str, image: PageImage) -> None:
        """Does nothing when the disk refuses: the page is drawn again then."""
        folder = self._folder / document_id
        with suppress(OSError):
            private_folder(folder)
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
                file.write(packed(image))
            Path(file.name).replace(folder / key)
            self._make_room()

    def forget(self, document_id: str) -> int:
        """Returns how many there were."""
        folder = self._folder / document_id
        count = sum(1 for _ in folder.glob("*"))
        shutil.rmtree(folder, ignore_errors=True)
        return count

    def document_ids(self) -> set[str]:
        """Of which documents there are any."""
        with suppress(FileNotFoundError):
            return {folder.name for folder in self._folder.iterdir()}
        return set()

    def _make_room(self) -> None:
        files = [(path, path.stat()) for path in self._folder.glob("*/*")]
        files.sort(key=lambda file: file[1].st_mtime, reverse=True)
        oldest, room = time.time() - DAY, self._max_bytes
        for path, facts in files:
            room -= facts.st_size
            if room < 0 or facts.st_mtime < oldest:
                path.unlink(missing_ok=True)
                with suppress(OSError):  # others are still in it
                    path.parent.rmdir()
