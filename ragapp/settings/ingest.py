"""Which documents are accepted, and the limits within which they are read."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr


class IngestSettings(BaseModel):
    max_upload_bytes: int = Field(
        default=512 * 1024 * 1024, gt=0, description="Largest document accepted, in bytes."
    )
    pdf_password: SecretStr | None = Field(
        default=None, description="Password for encrypted PDFs. Other PDFs are read without it."
    )
    parse_memory_bytes: int = Field(
        default=2 * 1024**3, ge=64 * 1024**2, description="Memory for parsing one document, in bytes."
    )
    parse_cpu_seconds: int = Field(
        default=120, ge=1, description="CPU time for parsing one document, in seconds."
    )
    parse_seconds: float = Field(
        default=300.0, gt=0, description="Wall-clock time for parsing one document, in seconds."
    )
    parse_output_bytes: int = Field(
        default=512 * 1024**2, ge=1024, description="Largest text of one document, in bytes of JSON."
    )
    table_query_seconds: float = Field(
        default=30.0, gt=0, description="Time for querying the table of a data file, in seconds."
    )
    data_file_rows: int = Field(
        default=10_000,
        ge=1,
        description="Rows above which a table of a CSV, TSV, XLSX or Parquet file is stored as data to be "
        "queried, and described instead of being indexed row by row.",
    )
    read_hidden: bool = Field(
        default=True,
        description="Whether hidden sheets, rows, columns and slides of Office documents are read, marked as "
        "hidden. Otherwise they are left out, and the document's reading report says so.",
    )
    transcriber: str = Field(
        default="",
        description="What transcribes sound and video: `openai:MODEL@URL`, a server with OpenAI's audio API. "
        "Without one, such files are left out of folders and rejected elsewhere.",
    )
    transcriber_seconds: float = Field(
        default=3600.0, gt=0, description="Time for transcribing one file, in seconds."
    )
    page_seconds: float = Field(
        default=30.0, gt=0, description="Time for rendering one page of a document, in seconds."
    )
    page_cache_bytes: int = Field(
        default=256 * 1024**2, ge=0, description="Rendered pages cached in the data folder, in bytes."
    )
    url_seconds: float = Field(default=60.0, gt=0, description="Time for fetching a URL, in seconds.")
    allow_private_urls: bool = Field(
        default=False,
        description="Whether URLs on this machine and on private networks may be fetched.",
    )
    lease_seconds: float = Field(
        default=30.0,
        gt=0,
        description="Seconds without a sign of life after which a worker's document goes to another worker, "
        "and a server's task counts as lost.",
    )
    mcp_ingest: bool = Field(default=False, description="Whether MCP clients may add documents.")
