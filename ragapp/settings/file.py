"""The settings file: `ragapp.toml` of the working folder, or the file that RAGAPP_SETTINGS names.

Settings decide where documents are stored and which servers receive them. A file that lies in the working
folder by chance, such as one that another user put into a shared folder, must not decide that.
"""

from __future__ import annotations

import os
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from ragapp.errors import UsageError

NAME = "ragapp.toml"
NAMED_BY = "RAGAPP_SETTINGS"
FILE_SHOWN = "RAGAPP_SETTINGS_SHOWN"
"""The file whose settings a parent process has already shown."""


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A settings file. `values` are as written, by the names of the settings in lower case."""

    path: Path
    values: dict[str, Any]


def read_settings_file() -> SettingsFile | None:
    """The settings file; None when there is none.

    Raises UsageError for a file that others could have written, or that RAGAPP_SETTINGS names in vain;
    PermissionError, TOMLDecodeError and UnicodeDecodeError.
    """
    if named := os.environ.get(NAMED_BY):
        return _named(Path(named).expanduser().absolute())
    try:
        path = Path(NAME).absolute()
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # it may be a pipe
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        status = os.fstat(descriptor)  # of the same file that is read
        if not stat.S_ISREG(status.st_mode):
            return None
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read()
    finally:
        os.close(descriptor)
    problem = _doubt(status, path.lstat())
    if problem is not None:
        raise _untrusted(path, problem, data)
    return SettingsFile(path, tomllib.loads(data.decode()))


def _named(path: Path) -> SettingsFile:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"Cannot read {path}: {error.strerror}. {NAMED_BY} must name a readable TOML file."
        ) from None
    return SettingsFile(path, tomllib.loads(data.decode()))


def _doubt(file: os.stat_result, link: os.stat_result) -> str | None:
    """Why somebody else may have written the file or the link to it; None when only this user or root can."""
    if not hasattr(os, "geteuid"):
        return None
    if not {file.st_uid, link.st_uid} <= {os.geteuid(), 0}:
        return "belongs to another user"
    return "can be changed by every user of this machine" if file.st_mode & stat.S_IWOTH else None


def _untrusted(path: Path, problem: str, data: bytes) -> UsageError:
    try:
        names = ", ".join(sorted(tomllib.loads(data.decode()))) or "nothing"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        names = "what cannot be read"
    return UsageError(
        f"{path} {problem}, and such a file could send documents elsewhere. It sets {names}. If you trust "
        f"it, make it yours (chown, chmod o-w) or set {NAMED_BY}={path}. Otherwise work in another folder."
    )


class SettingsFileSource(PydanticBaseSettingsSource):
    """Reads settings from the settings file."""

    def __call__(self) -> dict[str, Any]:
        """Raises the errors of `read_settings_file`."""
        found = read_settings_file()
        return {} if found is None else found.values

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[None, str, bool]:  # noqa: ARG002
        return None, field_name, False
