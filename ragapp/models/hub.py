"""The model hub: the last way to get a model's files, where it can be reached."""

from __future__ import annotations

import os
from pathlib import Path

from ragapp.errors import ModelError

# What sentence-transformers needs of a repository: no pickled weights, no code.
_WANTED = ["*.json", "*.txt", "*.model", "*.safetensors"]


def download_file(
    repository: str, path: str, folder: Path, endpoint: str | None = None, revision: str | None = None
) -> Path:
    """One file of a hub repository at a commit, or its newest, below `folder`.

    `endpoint` is a hub's URL; by default HF_ENDPOINT, or the public hub. Raises ModelError.
    """
    try:
        from huggingface_hub import hf_hub_download  # noqa: PLC0415  heavy, and needed only here
        from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415
    except ImportError:
        raise ModelError("huggingface_hub is not installed, so the hub was not asked") from None
    endpoint = endpoint or os.environ.get("HF_ENDPOINT")  # which the library reads only when it is imported
    try:
        return Path(hf_hub_download(repository, path, local_dir=folder, endpoint=endpoint, revision=revision))
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise ModelError(f"the hub did not give {repository}/{path} ({_first_line(error)})") from error


def download_model(repository: str, cache: Path, endpoint: str | None = None) -> Path:
    """The folder of a hub repository's configuration, tokenizer and safetensors. Raises ModelError."""
    from huggingface_hub import snapshot_download  # noqa: PLC0415  heavy, and needed only here
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError  # noqa: PLC0415

    try:
        folder = snapshot_download(repository, allow_patterns=_WANTED, cache_dir=cache, endpoint=endpoint)
    except (HfHubHTTPError, HFValidationError, OSError, ValueError) as error:
        raise ModelError(
            f"{repository!r} is neither a name of `ragapp models list` nor a folder, and the hub did not "
            f"give it ({_first_line(error)}). Put its files into a folder and name that folder."
        ) from error
    return Path(folder)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
