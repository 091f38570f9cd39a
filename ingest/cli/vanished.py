"""Documents whose files are gone: told of, and removed when that is wished."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from ingest.sources import spelled
from ragapp.errors import UsageError
from ragapp.types import Document

IN_ARCHIVE = "!/"


def vanished(known: Mapping[str, Document], found: AbstractSet[str], roots: Sequence[Path]) -> list[Document]:
    """The documents under `roots`, by source in `known`, that are not `found` and do not exist any more."""
    return [
        document
        for source, document in known.items()
        if source not in found and _under(source, roots) and _gone(source, found)
    ]


def check_prunable(gone: Sequence[Document], found: AbstractSet[str], roots: Sequence[Path]) -> None:
    """A drive that is not mounted looks like a folder whose files are all gone.

    Raises UsageError when one of the roots with something to remove has nothing left in it.
    """
    for root in roots:
        lost = sum(_under(document.source, [root]) for document in gone)
        if lost and not any(_under(source, [root]) for source in found):
            raise UsageError(
                f"Nothing is left under {root}, where {lost} documents came from, so none was removed. Is "
                "its drive there? If they are really gone, `ragapp documents delete` removes them."
            )


def _under(source: str, roots: Sequence[Path]) -> bool:
    path = source.partition(IN_ARCHIVE)[0]
    return any(
        path == root or path.startswith(f"{root.rstrip(os.sep)}{os.sep}") for root in map(spelled, roots)
    )


def _gone(source: str, found: AbstractSet[str]) -> bool:
    """Not merely out of reach: in a folder that may not be entered, or an archive that cannot be opened.

    What is out of reach is found itself, instead of what is in it.
    """
    path, inside, _ = source.partition(IN_ARCHIVE)
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):  # or its name is spelled otherwise
        return not any(str(folder) in found for folder in Path(path).parents)
    except OSError:
        return False
    return bool(inside) and path not in found
