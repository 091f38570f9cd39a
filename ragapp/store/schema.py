"""All tables: those of documents, and here those of answers, API keys, tasks and artifacts."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
)

from ragapp.store.document_schema import (
    RowId,
    blobs,
    cascade,
    changes,
    chunks,
    collections,
    document_metadata,
    documents,
    metadata,
    reading_gaps,
    table_cells,
    tables,
    texts,
    vectors,
    versions,
)

__all__ = [
    "answer_sources",
    "answers",
    "artifacts",
    "audit",
    "blobs",
    "changes",
    "chunks",
    "collections",
    "conversations",
    "document_metadata",
    "documents",
    "feedback",
    "key_usage",
    "keys",
    "metadata",
    "preferences",
    "reading_gaps",
    "table_cells",
    "tables",
    "tasks",
    "texts",
    "vectors",
    "versions",
]

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
    Column("collection_id", RowId, cascade("collections.id"), nullable=False, index=True),
    Column("conversation_id", String(32), cascade("conversations.id"), index=True),
    Column("asked_at", DateTime(timezone=True), nullable=False, index=True),
    Column("answer", Text, nullable=False),
    Column("owner", String(64), nullable=False, default="", server_default=""),
)

# Not a foreign key to versions: the row tells which answers to redact when a version is removed.
answer_sources = Table(
    "answer_sources",
    metadata,
    Column("answer_id", String(32), cascade("answers.id"), primary_key=True),
    Column("version_id", RowId, primary_key=True, index=True),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("answer_id", String(32), cascade("answers.id"), nullable=False, index=True),
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
    Column("key_id", String(32), cascade("keys.id"), primary_key=True),
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
