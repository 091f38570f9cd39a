"""How models run, and for how long what they answered is kept."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr


class RunningSettings(BaseModel):
    openai_api_key: SecretStr | None = Field(
        default=None, description="Key for that server, if it wants one."
    )
    generator_timeout: float = Field(
        default=120.0, gt=0, description="Seconds a generator may take from one token to the next."
    )
    threads: int = Field(default=0, ge=0, description="Threads a model may use; 0: one for each core.")
    judge: str | None = Field(
        default=None,
        description="Model that judges answers in `ragapp eval answers`, a generator. Default: none.",
    )
    answer_days: int = Field(
        default=90, ge=1, description="Days for which answers and conversations are stored."
    )
