"""Every setting, with its unit and default. The only place that reads the environment."""

from __future__ import annotations

import re

from pydantic import AliasChoices
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ragapp.settings.answers import AnswerSettings
from ragapp.settings.cache import CacheSettings
from ragapp.settings.ingest import IngestSettings
from ragapp.settings.models import ModelSettings
from ragapp.settings.server import ServerSettings
from ragapp.settings.sources import FileSecrets
from ragapp.settings.storage import StorageSettings

__all__ = ["AnswerSettings", "Settings", "variable"]

_CREDENTIALS = re.compile(r"(?<=//)[^/\s]*(?=@)|(?<=\?)[^\s']+")
"""Of a URL: its user and password, and its query, in which some servers want their key."""


class Settings(
    ServerSettings,
    CacheSettings,
    IngestSettings,
    ModelSettings,
    AnswerSettings,
    StorageSettings,
    BaseSettings,
):
    """Read from `RAGAPP_…` environment variables, then from `ragapp.toml` in the working folder.

    `RAGAPP_…_FILE` names a file that holds the value: so secrets are handed to containers.
    """

    model_config = SettingsConfigDict(
        env_prefix="RAGAPP_", toml_file="ragapp.toml", frozen=True, extra="forbid"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files, toml = FileSecrets(settings_cls), TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, files, toml

    def told(self) -> dict[str, str]:
        """By variable, those that were set, for the log, as `shown`."""
        return {variable(name): self.shown(name) for name in sorted(self.model_fields_set)}

    def shown(self, name: str) -> str:
        """The value of a setting without secrets, and without those in URLs."""
        return _CREDENTIALS.sub("…", str(getattr(self, name)))


def variable(name: str) -> str:
    """The environment variable that a setting is read from."""
    alias = Settings.model_fields[name].validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"RAGAPP_{name.upper()}"
