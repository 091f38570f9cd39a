"""Every setting, with its unit and default. The only place that reads the environment."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ragapp.errors import UsageError
from ragapp.settings.answers import AnswerSettings
from ragapp.settings.file import SettingsFileSource
from ragapp.settings.ingest import IngestSettings
from ragapp.settings.models import CacheSettings, ModelSettings
from ragapp.settings.server import ServerSettings
from ragapp.settings.storage import StorageSettings

__all__ = ["AnswerSettings", "Settings", "variable"]

_CREDENTIALS = re.compile(r"(?<=//)[^/\s]*(?=@)|(?<=\?)[^\s']+")
"""The user and password of a URL, and its query, which carries the key of some servers."""


class FileSecrets(PydanticBaseSettingsSource):
    """Reads the value of `RAGAPP_NAME` from the file that `RAGAPP_NAME_FILE` names."""

    def __call__(self) -> dict[str, str]:
        """Raises UsageError for a file that cannot be read."""
        names = self.settings_cls.model_fields
        named = ((name, os.environ.get(f"RAGAPP_{name.upper()}_FILE")) for name in names)
        return {name: _secret(Path(file), name) for name, file in named if file}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[None, str, bool]:  # noqa: ARG002
        return None, field_name, False


def _secret(file: Path, name: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(
            f"Cannot read {file}: {error.strerror}. RAGAPP_{name.upper()}_FILE must name a readable file."
        ) from error


class Settings(
    ServerSettings,
    CacheSettings,
    IngestSettings,
    ModelSettings,
    AnswerSettings,
    StorageSettings,
    BaseSettings,
):
    """All settings. Each is read from its `RAGAPP_…` environment variable, or else from the settings file.

    `RAGAPP_…_FILE` names a file that holds the value, as container platforms provide secrets.
    """

    model_config = SettingsConfigDict(env_prefix="RAGAPP_", frozen=True, extra="forbid")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        secrets, file = FileSecrets(settings_cls), SettingsFileSource(settings_cls)
        return init_settings, env_settings, secrets, file

    def explicitly_set(self) -> dict[str, str]:
        """The settings that were given a value, by variable, with secrets hidden: for the log."""
        return {variable(name): self.shown(name) for name in sorted(self.model_fields_set)}

    def shown(self, name: str) -> str:
        """The value of a setting with its secrets hidden, those in URLs included."""
        return _CREDENTIALS.sub("…", str(getattr(self, name)))


def variable(name: str) -> str:
    """The environment variable that a setting is read from."""
    alias = Settings.model_fields[name].validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"RAGAPP_{name.upper()}"
