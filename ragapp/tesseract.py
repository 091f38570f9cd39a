"""Tesseract, a program of its own that may or may not be installed, reads pictures of text."""

from __future__ import annotations

import io
import shutil
import subprocess
from typing import Literal

from PIL import Image

DPI = 200
"""Dots an inch at which pages are drawn: at 300 Tesseract is no better and takes twice the time."""

LONGEST = 3400
"""Dots along a drawn page's longer side: 17 inches at 200 an inch."""

MAX_PIXELS = 64_000_000
"""A page of 1 x 0.65 m at 200 dots an inch. Larger pictures are made smaller."""

_PATH = "/usr/local/bin:/usr/bin:/bin"


def program() -> str | None:
    """Where it is installed; None when it is not."""
    return shutil.which("tesseract")


def read(program: str, picture: Image.Image, form: Literal["txt", "tsv"], seconds: float) -> str:
    """The text of a picture, its lines as they stand, or a table of its words with their places.

    Raises subprocess.SubprocessError when it fails or takes longer than `seconds`; OSError.
    """
    command = [program, "stdin", "stdout", "--dpi", str(DPI), "-l", _languages(program, seconds), form]
    done = subprocess.run(  # noqa: S603 - the program found on the path, with arguments of our own
        command,
        input=_as_png(picture),
        capture_output=True,
        timeout=seconds,
        check=True,
        # One thread a page: more gain little, and embedding wants the other cores.
        env={"OMP_THREAD_LIMIT": "1", "PATH": _PATH},
    )
    return done.stdout.decode("utf-8", errors="replace")


def _languages(program: str, seconds: float) -> str:
    """All that are installed, so that nobody has to say which one a scan is in."""
    listed = subprocess.run(  # noqa: S603 - as above
        [program, "--list-langs"], capture_output=True, check=False, timeout=seconds
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
