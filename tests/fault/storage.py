"""A disk that loses what was not synced, and whose power fails at a chosen moment.

It stands in for the calls by which files become durable: fsync, rename, mkdir, unlink. After the
power cut every call fails, as in a process that is no more; `lose` then does to the files what a real
disk may do: an unsynced file is cut short, a rename or a new folder whose parent was not synced is undone.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

MAKE_FOLDER = os.mkdir


class PowerCut(BaseException):
    """Not an Exception: nothing may handle it."""


@dataclass
class _Rename:
    target: Path
    former: Path | None
    """A copy of what had the name before."""
    inode: int
    name_synced: bool = False

    @property
    def holds_its_name(self) -> bool:
        return self.target.exists() and self.target.stat().st_ino == self.inode


@dataclass
class Disk:
    """Fails at the call numbered `fails_at`, counted from 1; never when that is 0."""

    fails_at: int
    copies: Path
    calls: int = 0
    off: bool = False
    _synced: set[int] = field(default_factory=set)
    _renamed: list[_Rename] = field(default_factory=list)
    _made: list[Path] = field(default_factory=list)

    def lose(self, dice: random.Random) -> None:
        """Latest first, so that names get back what they had before the first rename that is undone."""
        for rename in reversed(self._renamed):
            if rename.inode not in self._synced and rename.holds_its_name:
                os.truncate(rename.target, dice.randrange(rename.target.stat().st_size + 1))
            if not rename.name_synced and dice.random() < 0.5:
                rename.target.unlink(missing_ok=True)
                if rename.former is not None:
                    shutil.copyfile(rename.former, rename.target)
        for folder in reversed(self._made):
            if dice.random() < 0.5:
                shutil.rmtree(folder, ignore_errors=True)

    def _tick(self) -> None:
        self.calls += 1
        if self.calls == self.fails_at:
            self.off = True
        if self.off:
            raise PowerCut

    def fsync(self, descriptor: int) -> None:
        self._tick()
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_dir():
            self._made = [folder for folder in self._made if folder.parent != path]
            for rename in self._renamed:
                rename.name_synced |= rename.target.parent == path
        else:
            self._synced.add(os.fstat(descriptor).st_ino)

    def replace(self, source: Path, target: Path) -> None:
        self._tick()
        source, target = Path(source), Path(target).resolve()
        former = None
        if target.exists():
            former = self.copies / str(self.calls)
            shutil.copyfile(target, former)
        self._renamed.append(_Rename(target, former, source.stat().st_ino))
        shutil.move(source, target)

    def mkdir(self, path: Path, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        self._tick()
        MAKE_FOLDER(path, mode, dir_fd=dir_fd)
        self._made.append(Path(path).resolve())

    def unlink(self, path: Path, *, dir_fd: int | None = None) -> None:
        self._tick()
        os.remove(path, dir_fd=dir_fd)


@contextmanager
def failing_at(call: int) -> Iterator[Disk]:
    """The disk under everything in this process, until the block ends."""
    with TemporaryDirectory() as copies, pytest.MonkeyPatch.context() as patch:
        disk = Disk(call, Path(copies))
        patch.setattr(shutil, "move", os.rename)
        for name in ("fsync", "replace", "mkdir", "unlink"):
            patch.setattr(os, name, getattr(disk, name))
        try:
            yield disk
        finally:
            patch.undo()
            if disk.off:
                disk.lose(random.Random(call))
