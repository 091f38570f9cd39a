"""Who may send requests, how many are handled at once, and what is logged."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, Field, field_validator
from pydantic_settings import NoDecode

OTHER_REQUESTS = 16
"""Threads for requests without a limit of their own, so that limited ones never keep them waiting."""


class ServerSettings(BaseModel):
    log_format: Literal["text", "json"] = Field(
        default="text", description="Format of the log on stderr: `text`, or `json` for programs."
    )
    log_level: Literal["debug", "info", "warning"] = Field(
        default="warning", description="Lowest level that is logged; `info` logs every request and job."
    )
    otlp_endpoint: str | None = Field(
        default=None,
        validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_ENDPOINT", "otlp_endpoint"),
        description="Base URL of the OpenTelemetry collector that receives traces over HTTP. Default: none.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Comma-separated host names under which other machines may address the API, besides "
        "`--host` and IP addresses.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Comma-separated IP addresses and networks of the proxies in front of the API, such as "
        "`172.18.0.0/16`. Their `X-Forwarded-For` and `X-Forwarded-Proto` headers are trusted. "
        "Default: no proxy is trusted.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Comma-separated origins whose web pages may call the API from a browser, such as "
        "`https://wiki.example`. Default: none.",
    )
    key_requests_per_minute: int | None = Field(
        default=None, ge=1, description="Requests per minute for each API key. Default: unlimited."
    )
    key_questions_per_day: int | None = Field(
        default=None, ge=1, description="Questions per day (UTC) for each API key. Default: unlimited."
    )
    key_tokens_per_day: int | None = Field(
        default=None,
        ge=1,
        description="Generated tokens per day (UTC) for each API key. Default: unlimited.",
    )
    key_upload_bytes_per_day: int | None = Field(
        default=None,
        ge=1,
        description="Uploaded bytes per day (UTC) for each API key. Default: unlimited.",
    )
    key_waiting_documents: int | None = Field(
        default=None,
        ge=1,
        description="Documents of each API key that may wait in the queue at a time. Default: unlimited.",
    )
    max_questions: int = Field(
        default=8,
        ge=1,
        description="Questions answered concurrently. Raise it when a model server handles many at once.",
    )
    max_searches: int = Field(default=4, ge=1, description="Searches run concurrently.")
    max_uploads: int = Field(default=8, ge=1, description="Uploads received concurrently.")
    max_waiting: int = Field(
        default=64, ge=0, description="Requests of each of these three kinds that may wait."
    )
    wait_seconds: float = Field(
        default=15.0, gt=0, description="Seconds a request may wait before it is rejected with 503."
    )
    max_queue: int = Field(
        default=1_000_000,
        ge=1,
        description="Documents in the queue beyond which uploads are rejected.",
    )
    shutdown_seconds: int = Field(
        default=30,
        ge=1,
        description="Seconds within which a server or worker exits after it is told to stop.",
    )

    @property
    def request_threads(self) -> int:
        """Requests that may be handled concurrently, including those without a limit of their own."""
        return self.max_questions + self.max_searches + self.max_uploads + OTHER_REQUESTS

    @field_validator("allowed_hosts", "trusted_proxies", "cors_origins", mode="before")
    @classmethod
    def _listed(cls, value: str | tuple[str, ...]) -> tuple[str, ...]:
        """`"a, b"` is a and b; a TOML file may have a list."""
        if not isinstance(value, str):
            return tuple(value)
        return tuple(one.strip() for one in value.split(",") if one.strip())

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """A name, or `*`, would trust whoever sends the header."""
        return tuple(str(ip_network(one)) for one in value)
