"""How models run, and for how long what they answered is kept."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr


class ModelSettings(BaseModel):
    openai_api_key: SecretStr | None = Field(
        default=None, description="Key for that server, if it wants one."
    )
    generator_timeout: float = Field(
        default=120.0, gt=0, description="Seconds a generator may take from one token to the next."
    )
    generator_first_token_seconds: float | None = Field(
        default=None,
        gt=0,
        description="Seconds a generator may take until its first token, in which it reads the passages. "
        "Default: twice RAGAPP_GENERATOR_TIMEOUT.",
    )
    generator_seconds: float = Field(
        default=600.0, gt=0, description="Seconds a generator may take for a whole answer."
    )
    threads: int = Field(default=0, ge=0, description="Threads a model may use; 0: one for each core.")
    judge: str | None = Field(
        default=None,
        description="Model that judges answers in `ragapp eval answers`, a generator. Default: none.",
    )
    answer_days: int = Field(
        default=90, ge=1, description="Days for which answers and conversations are stored."
    )

    @property
    def first_token_seconds(self) -> float:
        """Seconds until a generator's first token."""
        return self.generator_first_token_seconds or 2 * self.generator_timeout
