"""Searches files for what is left of a deleted document: `python -m ragapp.files.deleted_text` reads what to
look for.

It runs in a process of its own, because reading the files of an open SQLite database is unsafe: closing a
file drops all locks that the process has on it (sqlite.org/howtocorrupt.html).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ragapp.errors import StorageError
from ragapp.processes.launch import environment, module_command

FRAGMENTS = 16
"""Fragments of a text that are searched for, evenly spread."""
LONGEST = 64
SHORTEST = 8
"""Characters of a fragment."""
READ_SIZE = 1 << 24

_RUN = re.compile(rf'[^\x00-\x1f"\\\x7f]{{{SHORTEST},{LONGEST}}}')
"""Text that is stored as it is: without line breaks and characters that JSON escapes."""


@dataclass(frozen=True, slots=True)
class Findings:
    """How many files were read, of how many bytes in all, and by path which fragments a file held."""

    files: int
    bytes: int
    found: Mapping[str, Sequence[str]]


def search_apart(folders: Iterable[Path], excepted: Iterable[Path], fragments: Sequence[str]) -> Findings:
    """Searches all files under the folders except those in `excepted`, in a process of its own.

    Raises StorageError when that process fails.
    """
    wanted = {
        "folders": [str(folder.absolute()) for folder in folders],
        "excepted": [str(folder.absolute()) for folder in excepted],
        "fragments": list(fragments),
    }
    done = subprocess.run(  # noqa: S603  our own program
        module_command("ragapp.files.deleted_text"),
        input=json.dumps(wanted),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = done.stderr.strip().rpartition("\n")[2]
        raise StorageError(
            f"The document was deleted, but the files could not be searched for its text: {last}. "
            "Check that this user can read all of the data folder."
        )
    return Findings(**json.loads(done.stdout))


def search(folders: Iterable[Path], excepted: Iterable[Path], fragments: Sequence[str]) -> Findings:
    """Like `search_apart`, in this process. Files that vanish meanwhile are skipped. Raises OSError."""
    files, total, found = 0, 0, dict[str, Sequence[str]]()
    for path in files_in(folders, excepted):
        try:
            size, here = found_in(path, fragments)
        except FileNotFoundError:
            continue
        files, total = files + 1, total + size
        if here:
            found[str(path)] = sorted(here)
    return Findings(files, total, found)


def fragments_of(text: str) -> list[str]:
    """Up to FRAGMENTS runs of the text, the longer ones first where there are many. Empty for a text
    without any run of SHORTEST characters."""
    runs = sorted({run for run in _RUN.findall(text) if run.strip()}, key=len, reverse=True)
    longest = [run for run in runs if len(run) >= min(len(runs[0]), 24)] if runs else []
    step = max(1, len(longest) // FRAGMENTS)
    return longest[::step][:FRAGMENTS]


def files_in(folders: Iterable[Path], excepted: Iterable[Path]) -> Iterator[Path]:
    """All files under the folders, each once, except those in `excepted`."""
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
    """The size of the file, and the fragments that it contains, also in JSON's ASCII form."""
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


def main() -> None:
    """Reads what to search as JSON from standard input, and writes what was found to standard output."""
    wanted = json.load(sys.stdin)
    folders, excepted = (map(Path, wanted[name]) for name in ("folders", "excepted"))
    json.dump(asdict(search(folders, excepted, wanted["fragments"])), sys.stdout)


if __name__ == "__main__":
    main()
