"""Where settings are read from, besides the environment and the TOML file."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from ragapp.errors import UsageError


class FileSecrets(PydanticBaseSettingsSource):
    """The value of `RAGAPP_NAME` from the file that `RAGAPP_NAME_FILE` names."""

    def __call__(self) -> dict[str, str]:
        """Raises UsageError for a file that cannot be read."""
        names = self.settings_cls.model_fields
        named = ((name, os.environ.get(f"RAGAPP_{name.upper()}_FILE")) for name in names)
        return {name: _secret(Path(file)) for name, file in named if file}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[None, str, bool]:  # noqa: ARG002
        return None, field_name, False


def _secret(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"A setting is to be read from {file}: {error.strerror}. Put it there.") from error
