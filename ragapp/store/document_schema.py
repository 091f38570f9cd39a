"""The tables of collections, of documents, and of what is derived from them.

Indexes follow `changes`, which has a row for every committed change.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by INTEGER only. AUTOINCREMENT prevents that it reuses the number of a deleted row.
RowId = BigInteger().with_variant(Integer, "sqlite")


def cascade(target: str) -> ForeignKey:
    return ForeignKey(target, ondelete="CASCADE")


collections = Table(
    "collections",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", String(128), nullable=False, unique=True),
    Column("embedder", String(128), nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("revision", BigInteger, nullable=False, default=0),
    Column("created_at", DateTime(timezone=True), nullable=False),
    sqlite_autoincrement=True,
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("collection_id", RowId, cascade("collections.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("newest_version", Integer, nullable=False),
    # Not a foreign key: documents and versions would each have to be inserted before the other.
    Column("live_version_id", RowId, index=True),
    UniqueConstraint("collection_id", "source"),
)

versions = Table(
    "versions",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("document_id", String(32), cascade("documents.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", String(64), ForeignKey("blobs.sha256"), nullable=False, index=True),
    Column("media_type", String(128), nullable=False),
    Column("recipe", String(128), nullable=False),  # the ingest fingerprint
    Column("accepted_at", DateTime(timezone=True), nullable=False),
    Column("status", String(16), nullable=False),
    Column("error", Text),
    Column("pages", Integer, nullable=False, default=0),
    Column("chunks", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("worker", String(64)),
    Column("lease_until", Float),  # seconds since the epoch, by the database's clock
    Column("lane", String(16), nullable=False, default="interactive"),  # the priority
    Column("owner", String(64), nullable=False, default=""),
    # The only owner whose worker may parse it, because it knows the password; empty for any worker.
    Column("reserved_for", String(64), nullable=False, default="", server_default=""),
    Column("turn", BigInteger, nullable=False, default=0),  # the position in the queue
    Column("rank", Float, nullable=False, default=0.0, server_default="0"),  # among its owner's documents
    Column("not_before", Float),  # like lease_until
    Column("trouble", Text),  # the last transient failure
    Column("troubles", Integer, nullable=False, default=0),  # the number of transient failures
    Column("seconds", JSON, nullable=False, default=dict),  # of work, by stage
    Column("searchable_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("request_id", String(64), nullable=False, default="", server_default=""),
    Column("traceparent", String(64), nullable=False, default="", server_default=""),
    UniqueConstraint("document_id", "version"),
    Index(None, "status", "lane", "turn", "id"),
    Index(None, "status", "lane", "owner", "turn"),
    Index(None, "status", "lane", "owner", "rank", "id"),
    sqlite_autoincrement=True,
)

document_metadata = Table(
    "document_metadata",
    metadata,
    Column("version_id", RowId, cascade("versions.id"), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("value", Text, nullable=False),
)

texts = Table(
    "texts",
    metadata,
    Column("version_id", RowId, cascade("versions.id"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("page_starts", JSON, nullable=False),
    Column("headings", JSON, nullable=False),
    Column("title", Text),
)

reading_gaps = Table(
    "reading_gaps",
    metadata,
    Column("version_id", RowId, cascade("versions.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("what", String(16), nullable=False),
    Column("place", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("page", Integer),
)

chunks = Table(
    "chunks",
    metadata,
    Column("key", RowId, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("version_id", RowId, cascade("versions.id"), nullable=False, index=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("heading", Text),
    Column("text", Text, nullable=False),
    Column("digest", String(32), nullable=False, index=True),
    sqlite_autoincrement=True,
)

# A table of a document. That of a data file has no cells: its rows are a blob, in Parquet.
tables = Table(
    "tables",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("version_id", RowId, cascade("versions.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("caption", Text, nullable=False),
    Column("introduction", Text, nullable=False),
    Column("row_headers", JSON, nullable=False),
    Column("column_headers", JSON, nullable=False),
    Column("sha256", String(64), ForeignKey("blobs.sha256"), index=True),
    Column("data_rows", BigInteger),
    Column("data_columns", JSON),
    UniqueConstraint("version_id", "number"),
    sqlite_autoincrement=True,
)

table_cells = Table(
    "table_cells",
    metadata,
    Column("table_id", RowId, cascade("tables.id"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("column", Integer, primary_key=True, autoincrement=False),
    Column("header", Boolean, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("type", String(16), nullable=False),
    Column("value", Text),  # an exact decimal number, or an ISO date
    Column("unit", Text),
    Column("scale", Integer, nullable=False),
    Column("notes", JSON, nullable=False),
    sqlite_with_rowid=False,
)

# Vectors belong to the text they embed, not to a chunk, so only changed texts of a changed file are embedded.
vectors = Table(
    "vectors",
    metadata,
    Column("embedder", String(128), primary_key=True),
    Column("digest", String(32), primary_key=True, index=True),
    Column("vector", LargeBinary, nullable=False),  # float32, little-endian
)

changes = Table(
    "changes",
    metadata,
    Column("collection_id", RowId, cascade("collections.id"), primary_key=True),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("version_id", RowId, nullable=False),
    Column("kind", String(16), nullable=False),
)
