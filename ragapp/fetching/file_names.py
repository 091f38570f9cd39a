"""A file name from elsewhere, made fit to be shown. It is never used as a path."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from pathlib import PurePosixPath

MAX_CHARACTERS = 200

_DECEIVING = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # turn the writing direction: exe.fdp looks like pdf.exe
    "|[\ufeff\u200b\u2028\u2029]"  # cannot be seen, or break the line
)


def display_name(name: str | None) -> str:
    """Without directories, control and direction characters; at most 200 characters, the ending kept."""
    shown = unicodedata.normalize("NFC", name or "").replace("\\", "/").rpartition("/")[2]
    shown = _DECEIVING.sub("", shown)
    shown = "".join(c for c in shown if unicodedata.category(c) not in {"Cc", "Cs"}).strip()
    if shown in {"", ".", ".."}:
        return "unnamed"
    if len(shown) <= MAX_CHARACTERS:
        return shown
    stem, dot, ending = shown.rpartition(".")
    ending = f"{dot}{ending}" if stem and len(ending) <= 16 else ""
    return shown[: MAX_CHARACTERS - len(ending)] + ending


JUNK = frozenset({"Thumbs.db", "desktop.ini", "__MACOSX", "__pycache__", "node_modules"})
JUNK_ENDINGS = ("~", ".tmp", ".swp", ".pyc", ".part", ".crdownload")
UNREADABLE_KINDS = frozenset({"audio", "video", "font"})


def is_junk(name: str) -> bool:
    return name.startswith((".", "~$")) or name in JUNK or name.endswith(JUNK_ENDINGS)


def is_unwanted(name: str) -> bool:
    """Junk, or of a kind that holds no text."""
    kind = mimetypes.guess_type(name)[0] or ""
    return is_junk(name) or kind.partition("/")[0] in UNREADABLE_KINDS


def is_unwanted_path(path: str) -> bool:
    """Whether any folder of a path in an archive, or its name, is unwanted."""
    return any(is_unwanted(part) for part in PurePosixPath(path.replace("\\", "/")).parts)
