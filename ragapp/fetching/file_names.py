"""File names from untrusted sources: making them safe to show, and recognizing unwanted files."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from pathlib import PurePosixPath

from ragapp.plugins import PARSERS

MAX_CHARACTERS = 200

_DECEPTIVE = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # reverse the direction: exe.fdp looks like pdf.exe
    "|[\ufeff\u200b\u2028\u2029]"  # are invisible, or break the line
)


def display_name(name: str | None) -> str:
    """The name without directories, control and direction characters, with at most 200 characters.

    Keeps the suffix. The result is never used as a path.
    """
    shown = unicodedata.normalize("NFC", name or "").replace("\\", "/").rpartition("/")[2]
    shown = _DECEPTIVE.sub("", shown)
    shown = "".join(c for c in shown if unicodedata.category(c) not in {"Cc", "Cs"}).strip()
    if shown in {"", ".", ".."}:
        return "unnamed"
    if len(shown) <= MAX_CHARACTERS:
        return shown
    stem, dot, suffix = shown.rpartition(".")
    suffix = f"{dot}{suffix}" if stem and len(suffix) <= 16 else ""
    return shown[: MAX_CHARACTERS - len(suffix)] + suffix


JUNK = frozenset({"Thumbs.db", "desktop.ini", "__MACOSX", "__pycache__", "node_modules"})
JUNK_SUFFIXES = ("~", ".tmp", ".swp", ".pyc", ".part", ".crdownload")
RECORDINGS = frozenset({"audio", "video"})
UNREADABLE_KINDS = RECORDINGS | {"font"}


def is_junk(name: str) -> bool:
    return name.startswith((".", "~$")) or name in JUNK or name.endswith(JUNK_SUFFIXES)


def is_recording_name(name: str) -> bool:
    """Whether the name is that of sound or video that no installed parser reads."""
    return _kind(name) in RECORDINGS and not PARSERS.reads(name)


def is_unwanted(name: str, *, transcribed: bool = False) -> bool:
    """Whether the file is junk, or of a kind without text that no installed parser reads.

    With `transcribed`, recordings of sound and video are wanted.
    """
    if is_junk(name) or (transcribed and is_recording_name(name)):
        return is_junk(name)
    return _kind(name) in UNREADABLE_KINDS and not PARSERS.reads(name)


def is_unwanted_path(path: str, *, transcribed: bool = False) -> bool:
    """Whether the name or any folder of a path in an archive is unwanted."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    return any(is_unwanted(part, transcribed=transcribed) for part in parts)


def _kind(name: str) -> str:
    """The first part of the media type that the name stands for, such as "audio"."""
    return (mimetypes.guess_type(name)[0] or "").partition("/")[0]
