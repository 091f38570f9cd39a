"""Models are public: unlike documents, they may be shared by the users of a machine."""

from __future__ import annotations

import stat
from pathlib import Path

from ragapp.files.permissions import private_folder

SHARED_FOLDER = 0o755
_READABLE = 0o555


def shared_folder(models_dir: Path) -> None:
    """Makes the folder of models so that everybody may read there; one that exists stays as it is.

    Folders above it that are missing are made for their owner alone: by default that is the data folder.
    """
    if models_dir.exists():
        return
    private_folder(models_dir.parent)
    models_dir.mkdir(SHARED_FOLDER, exist_ok=True)
    models_dir.chmod(SHARED_FOLDER)  # whatever the umask is


def share(path: Path, models_dir: Path) -> None:
    """Lets those read `path` who may read `models_dir`: its folder decides who uses a model."""
    allowed = models_dir.stat().st_mode & _READABLE
    own = path.stat().st_mode
    if not stat.S_ISDIR(own):
        allowed &= ~0o111
    path.chmod(stat.S_IMODE(own) | allowed)
