"""Looks into files beside the code under test."""

from __future__ import annotations

import subprocess
from pathlib import Path


def files_with(text: str, folder: Path) -> list[Path]:
    """The files under the folder that hold the text.

    In a process of its own: closing a file of an open SQLite database drops the locks of this process on it.
    """
    grep = [
        "grep",
        "--recursive",
        "--files-with-matches",
        "--binary-files=text",
        "--fixed-strings",
        text,
        folder,
    ]
    found = subprocess.run(grep, capture_output=True, text=True, check=False)
    return [Path(line) for line in found.stdout.splitlines()]
