"""Every setting, with its unit and default. The only place that reads the environment."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

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


class Settings(BaseSettings):
    """Read from `RAGAPP_…` environment variables, then from `ragapp.toml` in the working folder.

    `RAGAPP_…_FILE` names a file that holds the value: so secrets are handed to containers.
    """

    model_config = SettingsConfigDict(
        env_prefix="RAGAPP_", toml_file="ragapp.toml", frozen=True, extra="forbid"
    )

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
    index: str = Field(
        default="faiss",
        description="Where collections are searched: `faiss` (files in the data folder), or "
        "`qdrant:URL,URL,…` (the nodes of a Qdrant cluster).",
    )
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
    embedder: str = Field(
        default="bge-small-en-v1.5",
        description="Embedding model: a name of `ragapp models list`, a folder, or a hub id.",
    )
    reranker: str | None = Field(
        default=None, description="Reranking model: a name of `ragapp models list`. Default: none."
    )
    support_model: str | None = Field(
        default="ms-marco-MiniLM-L-12-v2",
        description="Reranking model that reads the best sentences where their words leave in doubt whether "
        "they answer. Until its files are there, and when empty, words decide.",
    )
    generator: str = Field(
        default="auto",
        description="Who writes answers: `extractive`, `local`, `local:/path/model.gguf`, "
        "`openai:MODEL`, any LangChain `provider:model`, or `auto` (local when its files are there). "
        "Several, with commas between: the first that can.",
    )
    generator_large: str | None = Field(
        default=None,
        description="Who writes first in mode `generate`, and last in mode `auto`. Default: nobody else.",
    )
    judge: str | None = Field(
        default=None,
        description="Model that judges answers in `ragapp eval answers`, named as a generator. Default: none.",
    )
    follow_ups: Literal["rules", "generator"] = Field(
        default="rules",
        description="Who makes follow-ups stand alone; a generator takes its time before the search.",
    )
    verify: Literal["mark", "strict"] = Field(
        default="mark",
        description="What becomes of sentences that are not fully supported: `mark` them, or drop them "
        "(`strict`).",
    )
    openai_base_url: str | None = Field(
        default=None, description="Base URL of an OpenAI-compatible server for `openai:MODEL`."
    )
    openai_api_key: SecretStr | None = Field(
        default=None, description="Key for that server, if it wants one."
    )
    generator_timeout: float = Field(
        default=120.0, gt=0, description="Seconds a generator may take from one token to the next."
    )
    answer_tokens: int = Field(default=256, ge=16, description="Tokens a generated answer may have.")
    prompt_tokens: int = Field(default=400, ge=64, description="Tokens of passages that a prompt may hold.")
    widen_tokens: int = Field(
        default=60, ge=0, description="Tokens before and behind a passage that a prompt may show."
    )
    answer_days: int = Field(
        default=90, ge=1, description="Days for which answers and conversations are stored."
    )
    chunk_tokens: int = Field(
        default=240, ge=16, le=8192, description="Longest chunk, in tokens of the embedder."
    )
    candidates: int = Field(
        default=100, ge=1, le=1000, description="Chunks kept from each leg before fusion."
    )
    fusion: Literal["scores", "ranks"] = Field(
        default="scores",
        description="How the legs are fused: `scores` (min-max, dense .6) or `ranks` (reciprocal rank).",
    )
    threads: int = Field(default=0, ge=0, description="Threads a model may use; 0: one for each core.")
    max_upload_bytes: int = Field(
        default=512 * 1024 * 1024, gt=0, description="Largest document accepted, in bytes."
    )
    pdf_password: SecretStr | None = Field(
        default=None, description="Opens PDFs that are encrypted; those without a password need none."
    )
    parse_memory_bytes: int = Field(
        default=2 * 1024**3, ge=64 * 1024**2, description="Memory one document's parser may use, in bytes."
    )
    parse_cpu_seconds: int = Field(
        default=120, ge=1, description="Seconds of a core that reading one document may take."
    )
    parse_seconds: float = Field(
        default=300.0, gt=0, description="Seconds that reading one document may last."
    )
    parse_output_bytes: int = Field(
        default=512 * 1024**2, ge=1024, description="Largest text taken from one document, in bytes of JSON."
    )
    page_seconds: float = Field(
        default=30.0, gt=0, description="Seconds that drawing one page of a document may last."
    )
    page_cache_bytes: int = Field(
        default=256 * 1024**2, ge=0, description="Drawn pages kept in the data folder, in bytes."
    )
    url_seconds: float = Field(default=60.0, gt=0, description="Seconds that fetching a URL may take.")
    allow_private_urls: bool = Field(
        default=False, description="Whether URLs of this machine and of private networks may be fetched."
    )
    lease_seconds: float = Field(
        default=30.0, gt=0, description="Seconds after which a silent worker's document goes to another."
    )

    mcp_ingest: bool = Field(
        default=False, description="Whether programs may bring documents in through MCP."
    )

    cache: bool = Field(default=True, description="Whether answers are kept and served again.")
    redis_url: SecretStr | None = Field(
        default=None,
        description="URL of the Redis or Valkey that keeps answers. Default: a file in the data folder.",
    )
    cache_threshold: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Cosine from which a similar question may get a kept answer. "
        "Default: as calibrated for the embedder, else only the same question.",
    )
    cache_seconds: float = Field(
        default=7 * 24 * 3600.0, gt=0, description="Seconds an answer is kept, counted from when it was made."
    )
    cache_entries: int = Field(
        default=100_000, ge=1, description="Answers kept; the least recently used make room."
    )
    cache_timeout: float = Field(
        default=0.04, gt=0, description="Seconds to wait for the store of answers before doing without it."
    )
    cache_audit_share: float = Field(
        default=0.02, ge=0, le=1, description="Share of similar-question hits made again, to compare."
    )
    cache_audit_limit: float = Field(
        default=0.05,
        gt=0,
        lt=1,
        description="Share of audits that may differ before only the same question is served.",
    )

    log_format: Literal["text", "json"] = Field(
        default="text", description="What log lines on stderr are: `text`, or `json` for programs."
    )
    log_level: Literal["debug", "info", "warning"] = Field(
        default="warning", description="What is logged: `info` has a line for every request and job."
    )
    otlp_endpoint: str | None = Field(
        default=None,
        validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_ENDPOINT", "otlp_endpoint"),
        description="Base URL of the OpenTelemetry collector that gets traces, over HTTP. Default: none.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Names, with commas between, by which other machines may address the API, besides that "
        "of `--host` and IP addresses.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Origins, with commas between, whose web pages may use the API from a browser, such as "
        "`https://wiki.example`. Default: none.",
    )
    key_requests_per_minute: int | None = Field(
        default=None, ge=1, description="Requests a minute that an API key may send. Default: any number."
    )
    key_questions_per_day: int | None = Field(
        default=None, ge=1, description="Questions a day (UTC) that an API key may ask. Default: any number."
    )
    key_tokens_per_day: int | None = Field(
        default=None,
        ge=1,
        description="Tokens a day (UTC) that models may write for an API key. Default: any number.",
    )
    key_upload_bytes_per_day: int | None = Field(
        default=None,
        ge=1,
        description="Bytes of documents that an API key may hand in a day (UTC). Default: any number.",
    )
    key_waiting_documents: int | None = Field(
        default=None,
        ge=1,
        description="Documents of an API key that may wait to be read at a time. Default: any number.",
    )
    max_questions: int = Field(
        default=8,
        ge=1,
        description="Questions answered at the same time; more where a model server answers many at once.",
    )
    max_searches: int = Field(default=4, ge=1, description="Searches at the same time.")
    max_uploads: int = Field(default=8, ge=1, description="Uploads taken in at the same time.")
    max_waiting: int = Field(
        default=64, ge=0, description="Requests of each of these kinds that may wait their turn."
    )
    wait_seconds: float = Field(
        default=15.0, gt=0, description="Seconds that they may wait before they are turned away."
    )
    max_queue: int = Field(
        default=1_000_000, ge=1, description="Documents on their way in before uploads are turned away."
    )
    shutdown_seconds: int = Field(
        default=30, ge=1, description="Seconds that answers on their way have when the server is stopped."
    )

    @field_validator("allowed_hosts", "cors_origins", mode="before")
    @classmethod
    def _listed(cls, value: str | tuple[str, ...]) -> tuple[str, ...]:
        """`"a, b"` is a and b; a TOML file may have a list."""
        if not isinstance(value, str):
            return tuple(value)
        return tuple(one.strip() for one in value.split(",") if one.strip())

    @property
    def resolved_database_url(self) -> str:
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'ragapp.db'}"
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


def variable(name: str) -> str:
    """The environment variable that a setting is read from."""
    alias = Settings.model_fields[name].validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"RAGAPP_{name.upper()}"
