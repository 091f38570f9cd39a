"""Pictures of text, read by Tesseract, a program of its own that may or may not be installed."""

from __future__ import annotations

import io
import shutil
import subprocess

from PIL import Image

from ingest.parse.clean import clean
from ragapp.errors import ParseError

DPI = 200
"""Dots an inch at which pages are drawn: at 300 Tesseract is no better and takes twice the time."""

SECONDS = 60
"""What one page may take; usual ones take 5 to 9."""

MAX_PIXELS = 64_000_000
"""A page of 1 x 0.65 m at 200 dots an inch. Larger pictures are made smaller."""


def available() -> bool:
    return shutil.which("tesseract") is not None


def read_picture(picture: Image.Image, name: str) -> str:
    """The text of a picture, its lines as they stand; empty when it shows none.

    Raises ParseError when Tesseract is not installed, fails, or takes longer than `SECONDS`.
    """
    program = shutil.which("tesseract")
    if program is None:
        raise ParseError(
            f"{name} is a picture of text. To have it read install Tesseract (`apt install tesseract-ocr`, "
            "`brew install tesseract`) and add it again."
        )
    command = [program, "stdin", "stdout", "--dpi", str(DPI), "-l", _languages(program)]
    try:
        done = subprocess.run(  # noqa: S603 - the program found on the path, with arguments of our own
            command,
            input=_as_png(picture),
            capture_output=True,
            timeout=SECONDS,
            check=True,
            # One thread a page: more gain little, and embedding wants the other cores.
            env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/local/bin:/usr/bin:/bin"},
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise ParseError(f"{name} could not be read by Tesseract: {error}.") from error
    return clean(done.stdout.decode("utf-8", errors="replace")).replace("\f", "").strip()


def _languages(program: str) -> str:
    """All that are installed, so that nobody has to say which one a scan is in."""
    listed = subprocess.run(  # noqa: S603 - as above
        [program, "--list-langs"], capture_output=True, check=False, timeout=SECONDS
    )
    names = listed.stdout.decode("utf-8", errors="replace").split("\n")[1:]
    return "+".join(name for name in names if name and name != "osd" and "/" not in name) or "eng"


def _as_png(picture: Image.Image) -> bytes:
    shrink = (MAX_PIXELS / max(1, picture.width * picture.height)) ** 0.5
    if shrink < 1:
        picture = picture.resize((int(picture.width * shrink), int(picture.height * shrink)))
    file = io.BytesIO()
    picture.convert("L").save(file, "PNG", compress_level=1)
    return file.getvalue()
