"""Searches files for fragments of a deleted document's text."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

FRAGMENTS = 16
"""Fragments of a text that are searched for, spread evenly over it."""
LONGEST = 64
SHORTEST = 8
"""Characters of a fragment."""
READ_SIZE = 1 << 24

_RUN = re.compile(rf'[^\x00-\x1f"\\\x7f]{{{SHORTEST},{LONGEST}}}')
"""What stands in a file as it stands in the text: no line breaks, and nothing that JSON escapes."""


def fragments_of(text: str) -> list[str]:
    """Up to FRAGMENTS runs of the text, the longer ones first where there are many. Empty for a text
    without any run of SHORTEST characters."""
    runs = sorted({run for run in _RUN.findall(text) if run.strip()}, key=len, reverse=True)
    longest = [run for run in runs if len(run) >= min(len(runs[0]), 24)] if runs else []
    step = max(1, len(longest) // FRAGMENTS)
    return longest[::step][:FRAGMENTS]


def files_in(folders: Iterable[Path], excepted: Iterable[Path]) -> Iterator[Path]:
    """All files under the folders, each once, without those in the folders `excepted`."""
    left_out = {folder.absolute() for folder in excepted}
    seen: set[Path] = set()
    for folder in folders:
        for root, names, files in os.walk(folder.absolute()):
            here = Path(root)
            names[:] = [name for name in names if here / name not in left_out]
            for path in (here / name for name in files):
                if path not in seen and not path.is_symlink():
                    seen.add(path)
                    yield path


def found_in(path: Path, fragments: Sequence[str]) -> tuple[int, set[str]]:
    """The size of the file, and those of the fragments that stand in it, also in JSON's ASCII form."""
    spellings = {one: {one.encode(), json.dumps(one)[1:-1].encode()} for one in fragments}
    longest = max((len(spelling) for some in spellings.values() for spelling in some), default=0)
    found: set[str] = set()
    size, before = 0, b""
    with path.open("rb") as file:
        while piece := file.read(READ_SIZE):
            size += len(piece)
            window = before + piece
            found |= {
                one for one, some in spellings.items() if one not in found and any(s in window for s in some)
            }
            before = window[-longest:] if longest else b""
    return size, found
