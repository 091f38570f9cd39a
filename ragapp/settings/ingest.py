"""What is taken in, and what reading it may cost."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr


class IngestSettings(BaseModel):
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
        default=30.0,
        gt=0,
        description="Seconds after which a silent worker's document goes to another, and a silent server's "
        "task is told as lost.",
    )
    mcp_ingest: bool = Field(
        default=False, description="Whether programs may bring documents in through MCP."
    )
