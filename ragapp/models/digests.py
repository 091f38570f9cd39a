"""Digests of files that the catalogue does not pin, remembered so that a start need not read them all."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from ragapp.models.sharing import share, shared_folder
from ragapp.private import private_folder


def remembered_sha256(path: Path, models_dir: Path) -> str:
    """The sha256 of `path`, read anew only when its size or modification time has changed."""
    now = path.stat()
    stamp = [now.st_size, now.st_mtime_ns]
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()
    note = models_dir / ".digests" / f"{name}.json"
    if note.is_file():
        remembered = json.loads(note.read_text(encoding="utf-8"))
        if remembered["stamp"] == stamp:
            return str(remembered["sha256"])
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    _write(note, models_dir, json.dumps({"path": str(path), "stamp": stamp, "sha256": digest}))
    return digest


def _write(note: Path, models_dir: Path, text: str) -> None:
    shared_folder(models_dir)
    private_folder(note.parent)
    share(note.parent, models_dir)
    fresh = note.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    share(fresh, models_dir)
    fresh.replace(note)
