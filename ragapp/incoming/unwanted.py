"""What a folder or an archive holds that nobody means to ask about: hidden files, junk, sound and video."""

from __future__ import annotations

import mimetypes
from pathlib import PurePosixPath

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
