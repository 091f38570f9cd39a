"""Who may ask, how much at a time, and what is told of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, Field, field_validator
from pydantic_settings import NoDecode


class ServingSettings(BaseModel):
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
