"""Tesseract, a program that may be installed."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from ragapp.ocr.reader import DPI, Word, within_limits

_PATH = "/usr/local/bin:/usr/bin:/bin"
_WORD = "5"
"""The level of a word in Tesseract's table, below page, block, paragraph and line."""


def program() -> str | None:
    """The path of the program; None when it is not installed."""
    return shutil.which("tesseract")


@dataclass(frozen=True, slots=True)
class Tesseract:
    """An OcrReader that may take up to `seconds` for each picture."""

    program: str
    seconds: float
    name: str = "Tesseract"

    def text(self, picture: Image.Image) -> str:
        return self._read(picture, "txt")

    def words(self, picture: Image.Image) -> list[Word]:
        return list(_words(self._read(picture, "tsv"), *within_limits(picture).size))

    def _read(self, picture: Image.Image, form: Literal["txt", "tsv"]) -> str:
        command = [self.program, "stdin", "stdout", "--dpi", str(DPI), "-l", self._languages(), form]
        # One thread, because more gain little and the other cores are for embedding.
        return self._run(command, _as_png(picture), {"OMP_THREAD_LIMIT": "1", "PATH": _PATH})

    def _languages(self) -> str:
        """All installed languages, so that users need not specify the language of a scan."""
        names = self._run([self.program, "--list-langs"], b"", None).split("\n")[1:]
        return "+".join(name for name in names if name and name != "osd" and "/" not in name) or "eng"

    def _run(self, command: list[str], data: bytes, environment: dict[str, str] | None) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - the program found on the path, with arguments of our own
                command, input=data, capture_output=True, timeout=self.seconds, check=True, env=environment
            )
        except subprocess.SubprocessError as error:
            raise OSError(str(error)) from error
        return done.stdout.decode("utf-8", errors="replace")


def _words(table: str, width: int, height: int) -> Iterator[Word]:
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == _WORD:
            left, top = int(row["left"]) / width, int(row["top"]) / height
            right, bottom = left + int(row["width"]) / width, top + int(row["height"]) / height
            yield Word(row["text"], left, top, right, bottom)


def _as_png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    within_limits(picture).convert("L").save(file, "PNG", compress_level=1)
    return file.getvalue()
