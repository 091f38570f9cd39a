"""GGUF models of the model hub: `hf:REPOSITORY` or `hf:REPOSITORY:FILE`, pinned when they are first fetched.

A repository can change, and so can a file in it. The commit, the size and the digest that were found first
are kept beside the file, and a later download of the same name has to have them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from ragapp.errors import ModelError, UsageError
from ragapp.files.atomic import replacing
from ragapp.files.permissions import private_folder
from ragapp.models.downloads import download_file

PREFIX = "hf:"
_NAME = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
_FILE = re.compile(r"[\w.-]{1,96}(?:/[\w.-]{1,96}){0,4}\.gguf")
_PREFERRED = ("q4_k_m", "q4_k_s", "q4_0", "iq4_xs", "q5_k_m", "q8_0")
"""Quantizations by preference, when no file is named."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class HubModel:
    """A GGUF file of a repository; `file` is None when the name does not say which."""

    repository: str
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """The commit and checksum that were found when the file was first fetched."""

    repository: str
    file: str
    revision: str
    sha256: str
    size: int


def parse_hub_name(name: str) -> HubModel | None:
    """The model of a name such as `hf:Qwen/Qwen3-8B-GGUF:Qwen3-8B-Q4_K_M.gguf`; None for other names.

    Raises UsageError when it begins with `hf:` and is no name of a GGUF file.
    """
    if not name.startswith(PREFIX):
        return None
    repository, _, file = name.removeprefix(PREFIX).partition(":")
    if not _NAME.fullmatch(repository) or (file and not _FILE.fullmatch(file)) or ".." in name:
        raise UsageError(
            f"{name!r} is not the name of a model on the hub. Write hf:OWNER/REPOSITORY or "
            "hf:OWNER/REPOSITORY:FILE.gguf."
        )
    return HubModel(repository, file or None)


def installed_hub_model(model: HubModel, models_dir: Path) -> Path | None:
    """The file of the model on this machine; None while it is not there completely."""
    pin = _pin_of(model, models_dir)
    if pin is None:
        return None
    file = hub_model_path(model, models_dir)
    return file if file.is_file() and file.stat().st_size == pin.size else None


def fetch_hub_model(model: HubModel, models_dir: Path, endpoint: str | None = None) -> Path:
    """Downloads the model unless it is there; an interrupted download continues. Returns its file.

    `endpoint` is the URL of a hub, by default HF_ENDPOINT or the public hub. Raises ModelError.
    """
    folder = _folder(model, models_dir)
    private_folder(folder)
    with FileLock(folder / ".lock"):
        present = installed_hub_model(model, models_dir)
        if present is not None:
            return present
        pin = _pin_of(model, models_dir) or _find(model, endpoint)
        _keep(pin, folder)
        incoming = folder / ".incoming"
        path = download_file(pin.repository, pin.file, incoming, endpoint, pin.revision)
        _check(path, pin)
        place = hub_model_path(model, models_dir)
        path.replace(place)
        shutil.rmtree(incoming, ignore_errors=True)
        return place


def hub_model_path(model: HubModel, models_dir: Path) -> Path:
    """Where the file of the model is, or will be."""
    name = (model.file or f"{model.repository}.gguf").rpartition("/")[2]
    return _folder(model, models_dir) / name


def missing_hub_model(name: str, model: HubModel, models_dir: Path) -> str | None:
    """Why the model cannot be used yet; None when it can."""
    if installed_hub_model(model, models_dir) is not None:
        return None
    return f"The model {name} is not on this machine yet: run `ragapp models fetch {name}`."


def _find(model: HubModel, endpoint: str | None) -> Pin:
    """Asks the hub for the file of the model as it is now. Raises ModelError."""
    from huggingface_hub import HfApi, get_hf_file_metadata, hf_hub_url  # noqa: PLC0415  heavy
    from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415

    endpoint = endpoint or os.environ.get("HF_ENDPOINT")
    try:
        file = model.file or _choose(HfApi(endpoint=endpoint).list_repo_files(model.repository))
        found = get_hf_file_metadata(hf_hub_url(model.repository, file, endpoint=endpoint))
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise ModelError(
            f"{model.repository} could not be found on the hub ({_first_line(error)}). Check the name and "
            "the network, or download the file and set RAGAPP_GENERATOR=local:/path/to/file.gguf."
        ) from error
    if not found.commit_hash or not _SHA256.fullmatch(found.etag or "") or not found.size:
        raise ModelError(f"The hub gives no SHA-256 for {model.repository}/{file}, so it cannot be verified.")
    return Pin(model.repository, file, found.commit_hash, str(found.etag), found.size)


def _choose(files: Sequence[str]) -> str:
    """The file with the preferred quantization. Raises ValueError when there is none in one piece."""
    whole = [file for file in files if file.endswith(".gguf") and "-of-" not in file and "mmproj" not in file]
    for quantization in _PREFERRED:
        for file in whole:
            if quantization in file.lower():
                return file
    if len(whole) == 1:
        return whole[0]
    raise ValueError(f"it has {len(whole)} GGUF files to choose from; name one: {', '.join(whole[:5])}")


def _check(path: Path, pin: Pin) -> None:
    """Raises ModelError, and deletes the file, when it is not the pinned one."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != pin.sha256:
        path.unlink()
        raise ModelError(
            f"{pin.file} of {pin.repository} does not have the SHA-256 that was pinned when it was first "
            "fetched. Run the command again; if this persists, the file on the hub was replaced."
        )


def _folder(model: HubModel, models_dir: Path) -> Path:
    parts = (*model.repository.split("/"), *(model.file or "").split("/"))
    return models_dir / "hub" / "--".join(filter(None, parts))


def _pin_of(model: HubModel, models_dir: Path) -> Pin | None:
    with suppress(OSError, ValueError, TypeError):
        return Pin(**json.loads((_folder(model, models_dir) / "pin.json").read_text("utf-8")))
    return None


def _keep(pin: Pin, folder: Path) -> None:
    with replacing(folder / "pin.json") as file:
        file.write(json.dumps(asdict(pin), indent=1).encode())


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
