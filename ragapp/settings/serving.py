"""Who may ask, how much at a time, and what is told of it."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, Field, field_validator
from pydantic_settings import NoDecode

OTHER_REQUESTS = 16
"""Threads for requests without a limit of their own, so that those that have one never keep them waiting."""


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
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="IP addresses and networks, with commas between, of the proxies before the API, such as "
        "`172.18.0.0/16`: their `X-Forwarded-For` and `X-Forwarded-Proto` say who asks, and whether by "
        "https. Default: none is believed.",
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
        default=30,
        ge=1,
        description="Seconds in which a server or worker that is stopped has ended, whatever it was doing.",
    )

    @property
    def request_threads(self) -> int:
        """Requests that may be worked on at the same moment, those of no kind that is limited included."""
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
