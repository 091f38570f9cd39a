"""Where data, models and indexes are stored."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from platformdirs import user_data_path
from pydantic import BaseModel, Field, SecretStr, field_validator


class StorageSettings(BaseModel):
    data_dir: Path = Field(
        default_factory=lambda: user_data_path("ragapp"),
        description="Folder for the database, blobs and indexes.",
    )
    models_dir: Path = Field(
        default_factory=lambda: user_data_path("ragapp") / "models",
        description="Folder for downloaded models; shared by all data folders.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="URL of the database: `postgresql+psycopg://USER@HOST/NAME`. "
        "Default: SQLite in the data folder.",
    )
    blobs: str | None = Field(
        default=None,
        description="Where the bytes of documents are stored: a folder, or `s3://bucket/prefix`. "
        "Default: in the data folder.",
    )
    s3_endpoint: str | None = Field(default=None, description="URL of the S3 server. Default: Amazon S3.")
    s3_region: str | None = Field(
        default=None, description="Region of the bucket. Default: from the AWS configuration."
    )
    s3_access_key_id: SecretStr | None = Field(
        default=None, description="Access key ID for the bucket. Default: from the AWS configuration."
    )
    s3_secret_access_key: SecretStr | None = Field(
        default=None, description="Secret access key that belongs to it."
    )
    qdrant_api_key: SecretStr | None = Field(
        default=None, description="API key for Qdrant, if it requires one."
    )
    qdrant_prefix: str = Field(
        default="ragapp",
        pattern=r"^[A-Za-z0-9_]+$",
        description="Prefix of our collection names in Qdrant. Installations that share a cluster need "
        "different ones.",
    )
    qdrant_shards: int | None = Field(
        default=None,
        ge=1,
        description="Shards of each Qdrant collection. Default: the number of nodes.",
    )
    qdrant_replicas: int = Field(
        default=1, ge=1, description="Copies of each shard, each on its own node; with 2, one node may fail."
    )
    qdrant_timeout: float = Field(
        default=10.0, gt=0, description="Seconds to wait for a Qdrant node before trying the next one."
    )

    @field_validator("data_dir", "models_dir")
    @classmethod
    def _at_home(cls, value: Path) -> Path:
        """Expands `~` in values no shell has seen, such as those of a TOML file or a systemd unit."""
        return Path(os.path.expanduser(value))  # noqa: PTH111 - Path.expanduser fails for unknown users

    @property
    def database_file(self) -> Path | None:
        """The SQLite file; None when the database is a server."""
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
    def indexes_dir(self) -> Path:
        """Folder of the local indexes, which fit one database: each database server has its own."""
        views = self.data_dir / "views"
        if self.database_url is None:
            return views
        where = self.resolved_database_url.rpartition("@")[2].partition("?")[0]  # host and name
        return views / hashlib.sha256(where.encode()).hexdigest()[:16]
