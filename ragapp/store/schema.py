"""The tables. Indexes follow `changes`, which has a row for every committed change."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
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


def _cascade(target: str) -> ForeignKey:
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
    Column("collection_id", RowId, _cascade("collections.id"), nullable=False),
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
    Column("document_id", String(32), _cascade("documents.id"), nullable=False),
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
    Column("version_id", RowId, _cascade("versions.id"), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("value", Text, nullable=False),
)

texts = Table(
    "texts",
    metadata,
    Column("version_id", RowId, _cascade("versions.id"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("page_starts", JSON, nullable=False),
    Column("headings", JSON, nullable=False),
    Column("title", Text),
)

chunks = Table(
    "chunks",
    metadata,
    Column("key", RowId, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("version_id", RowId, _cascade("versions.id"), nullable=False, index=True),
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
    Column("version_id", RowId, _cascade("versions.id"), nullable=False),
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
    Column("table_id", RowId, _cascade("tables.id"), primary_key=True),
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
    Column("collection_id", RowId, _cascade("collections.id"), primary_key=True),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("version_id", RowId, nullable=False),
    Column("kind", String(16), nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("title", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False, index=True),
    Column("owner", String(64), nullable=False, default="", server_default=""),
    Index(None, "owner", "last_at"),
)

# An answer is stored without the text of documents: quotes and hits are spans, filled in when it is read.
answers = Table(
    "answers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("collection_id", RowId, _cascade("collections.id"), nullable=False, index=True),
    Column("conversation_id", String(32), _cascade("conversations.id"), index=True),
    Column("asked_at", DateTime(timezone=True), nullable=False, index=True),
    Column("answer", Text, nullable=False),
    Column("owner", String(64), nullable=False, default="", server_default=""),
)

# Not a foreign key to versions: the row tells which answers to redact when a version is removed.
answer_sources = Table(
    "answer_sources",
    metadata,
    Column("answer_id", String(32), _cascade("answers.id"), primary_key=True),
    Column("version_id", RowId, primary_key=True, index=True),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("answer_id", String(32), _cascade("answers.id"), nullable=False, index=True),
    Column("thumbs", String(8)),
    Column("correction", Text),
    Column("comment", Text),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # of the secret, which is not stored
    Column("grants", JSON, nullable=False),
    Column("limits", JSON, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("last_used_at", DateTime(timezone=True)),
)

key_usage = Table(
    "key_usage",
    metadata,
    Column("key_id", String(32), _cascade("keys.id"), primary_key=True),
    Column("day", Date, primary_key=True),  # of UTC
    Column("questions", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("upload_bytes", BigInteger, nullable=False),
)

# What each user selected last. The owner is the id of a key, or empty for local use without keys.
preferences = Table(
    "preferences",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("last_collection", Text, nullable=False),  # its name, since it may be deleted and created again
)

# Commands that a server runs as child processes. The server holds a lease on each unfinished one.
tasks = Table(
    "tasks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("started_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("step", Text, nullable=False, default=""),
    Column("share", Float),  # the share of the step that is done
    Column("error", Text),
    Column("output", LargeBinary),  # JSON
    Column("lease_until", Float),  # seconds since the epoch, by the database's clock
)

# Files that are not documents: question sets, and the runs and pages of evaluations.
artifacts = Table(
    "artifacts",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("name", String(300), primary_key=True),
    Column("sha256", String(64), ForeignKey("blobs.sha256"), nullable=False, index=True),
    Column("about", Text, nullable=False),
)

# Append-only: triggers reject changes.
audit = Table(
    "audit",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("key_id", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("address", String(64), nullable=False),
    Column("action", String(32), nullable=False),
    Column("object", Text, nullable=False),
    Column("outcome", String(32), nullable=False),
    Index(None, "key_id", "id"),
)
