"""Wheels built from the checkout, and environments that they are installed into."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITHOUT_NETWORK = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
"""pip reads PIP_NO_BUILD_ISOLATION=0 as `--no-build-isolation`."""


def pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", *map(str, arguments)]
    subprocess.run(command, cwd=ROOT, env=os.environ | WITHOUT_NETWORK, check=True)


def environment_with(wheel: Path, folder: Path) -> Path:
    """A new environment with the wheel, and with the packages installed here behind it; its `bin` folder.

    Packages that are installed here in editable form are not seen: their hooks are not run.
    """
    venv.create(folder, symlinks=True)
    pip("--python", folder / "bin" / "python", "install", "--no-deps", wheel)
    installed = [entry for entry in sys.path if "site-packages" in entry]
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "installed_here.pth").write_text("\n".join(installed) + "\n")
    return folder / "bin"
