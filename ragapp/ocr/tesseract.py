"""Tesseract, a program that may be installed."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

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

    def text(self, picture: Image.Image) -> tuple[str, float]:
        return _text(self._read(picture))

    def words(self, picture: Image.Image) -> list[Word]:
        return list(_words(self._read(picture), *within_limits(picture).size))

    def _read(self, picture: Image.Image) -> str:
        """The words as a table of tab-separated values."""
        command = [self.program, "stdin", "stdout", "--dpi", str(DPI), "-l", self._languages(), "tsv"]
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


def _rows(table: str) -> Iterator[dict[str, str]]:
    """The rows of the table that are words."""
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == _WORD and row["text"].strip():
            yield row


def _text(table: str) -> tuple[str, float]:
    """The words by line and paragraph, and the mean confidence of their letters."""
    paragraphs: list[str] = []
    sure = letters = 0.0
    for _, in_paragraph in groupby(_rows(table), key=itemgetter("block_num", "par_num")):
        lines: list[str] = []
        for _, in_line in groupby(in_paragraph, key=itemgetter("line_num")):
            words = list(in_line)
            lines.append(" ".join(word["text"] for word in words))
            letters += sum(len(word["text"]) for word in words)
            sure += sum(len(word["text"]) * float(word["conf"]) / 100 for word in words)
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs), sure / letters if letters else 1.0


def _words(table: str, width: int, height: int) -> Iterator[Word]:
    for row in _rows(table):
        left, top = int(row["left"]) / width, int(row["top"]) / height
        right, bottom = left + int(row["width"]) / width, top + int(row["height"]) / height
        yield Word(row["text"], left, top, right, bottom)


def _as_png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    within_limits(picture).convert("L").save(file, "PNG", compress_level=1)
    return file.getvalue()
