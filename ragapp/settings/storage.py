"""Where everything is kept."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from platformdirs import user_data_path
from pydantic import BaseModel, Field, SecretStr, field_validator


class StorageSettings(BaseModel):
    data_dir: Path = Field(
        default_factory=lambda: user_data_path("ragapp"),
        description="Folder that holds the database, blobs and views.",
    )
    models_dir: Path = Field(
        default_factory=lambda: user_data_path("ragapp") / "models",
        description="Folder that holds downloaded models; shared by all data folders.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="Address of the database: `postgresql+psycopg://USER@HOST/NAME`. "
        "Default: SQLite in the data folder.",
    )
    blobs: str | None = Field(
        default=None,
        description="Where documents' bytes are kept: a folder, or `s3://bucket/prefix`. "
        "Default: in the data folder.",
    )
    s3_endpoint: str | None = Field(
        default=None, description="URL of the server that the bucket is on. Default: Amazon's."
    )
    s3_region: str | None = Field(
        default=None, description="Region of the bucket. Default: as AWS's own programs find it."
    )
    s3_access_key_id: SecretStr | None = Field(
        default=None, description="Key for the bucket. Default: as AWS's own programs find it."
    )
    s3_secret_access_key: SecretStr | None = Field(default=None, description="The secret of that key.")
    qdrant_api_key: SecretStr | None = Field(default=None, description="Key for Qdrant, if it wants one.")
    qdrant_prefix: str = Field(
        default="ragapp",
        pattern=r"^[A-Za-z0-9_]+$",
        description="What the names of our collections on Qdrant begin with: another one for each "
        "installation that shares the cluster.",
    )
    qdrant_shards: int | None = Field(
        default=None,
        ge=1,
        description="Parts that a collection on Qdrant is made of. Default: as many as there are nodes.",
    )
    qdrant_replicas: int = Field(
        default=1, ge=1, description="Copies of each part, on a node each: with 2, one node may die."
    )
    qdrant_timeout: float = Field(
        default=10.0, gt=0, description="Seconds to wait for a Qdrant node before the next one is asked."
    )

    @field_validator("data_dir", "models_dir")
    @classmethod
    def _at_home(cls, value: Path) -> Path:
        """`~` is the home folder also in a file, or the unit of a service, which no shell has seen."""
        return Path(os.path.expanduser(value))  # noqa: PTH111 - Path's own fails where nobody has that name

    @property
    def database_file(self) -> Path | None:
        """None where the database is a server of its own."""
        return self.data_dir / "ragapp.db" if self.database_url is None else None

    @property
    def resolved_database_url(self) -> str:
        if self.database_url is None:
            return f"sqlite:///{self.database_file}"
        return self.database_url.get_secret_value()

    @property
    def resolved_blobs(self) -> str:
        return self.blobs or str(self.data_dir / "blobs")

    @property
    def views_dir(self) -> Path:
        """Views of one database do not fit another one: those of each server have a folder of their own."""
        views = self.data_dir / "views"
        if self.database_url is None:
            return views
        where = self.resolved_database_url.rpartition("@")[2].partition("?")[0]  # not who asks there, and how
        return views / hashlib.sha256(where.encode()).hexdigest()[:16]
