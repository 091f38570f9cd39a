"""The default cache store: a separate SQLite file, which can be deleted at any time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from ragapp.cache_stores.serialization import SCHEMA, Payload
from ragapp.cache_stores.similarity import SimilarityIndex, cosine, sign_bits
from ragapp.errors import StorageError
from ragapp.files.permissions import private_file, private_folder
from ragapp.files.sqlite_wal import SECURE_DELETE, LogEmptier
from ragapp.types import CacheEntry, CacheUsage, Vectors

# A power cut may take the last commits, never the file (sqlite.org/pragma.html#pragma_synchronous).
_PRAGMAS = (
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; " + SECURE_DELETE + ";"
)
_TABLES = """
CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    partition TEXT NOT NULL,
    collection TEXT NOT NULL,
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    used_at REAL NOT NULL,
    bits BLOB NOT NULL, -- before the large ones, so that the mirror reads only the beginning of a row
    payload BLOB NOT NULL,
    vector BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS entries_used ON entries (used_at);
CREATE INDEX IF NOT EXISTS entries_expiry ON entries (expires_at);
CREATE INDEX IF NOT EXISTS entries_collection ON entries (collection);
CREATE TABLE IF NOT EXISTS cited (
    document TEXT NOT NULL,
    entry TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    PRIMARY KEY (document, entry)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS cited_entry ON cited (entry);
CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claims (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    until REAL NOT NULL
) WITHOUT ROWID;
"""
_OPENING_SECONDS = 30.0
"""Two processes may create the file at the same time."""

_CAUGHT_UP_AT_ONCE = 5_000
"""Rows that a look-up reads into the mirror at most: bounds the wait of a process's first ones."""


class SqliteCacheStore:
    """A CacheStore in `folder`. Safe for many threads and processes."""

    def __init__(
        self, folder: Path, max_entries: int, timeout: float, now: Callable[[], float] = time.time
    ) -> None:
        """`timeout` bounds the wait for another process's write, in seconds. Raises StorageError."""
        self._path = folder / f"answers-{SCHEMA}.db"
        self._max_entries = max_entries
        self._now = now
        self._payload = Payload()
        self._mirror = SimilarityIndex(room=2 * max_entries)
        self._mirrored = 0
        self._lock = RLock()
        self._emptier = LogEmptier(self._path)
        self._open(timeout)

    @property
    def name(self) -> str:
        return str(self._path)

    def get(self, entry_id: str) -> CacheEntry | None:
        with self._read_connection() as db:
            row = db.execute("SELECT payload FROM entries WHERE id = ?", (entry_id,)).fetchone()
        return self._live(entry_id, row[0]) if row else None

    def nearest(self, partition: str, vector: Vectors, k: int) -> list[tuple[CacheEntry, float]]:
        with self._read_connection() as db:
            self._catch_up(db)
            return self._mirror.similar(
                partition, vector, k, lambda ids: self._compared(self._fetch(db, ids), vector)
            )

    def put(self, entry: CacheEntry, vector: Vectors) -> None:
        row = (
            entry.id,
            entry.partition,
            entry.collection,
            entry.created_at,
            entry.expires_at,
            self._now(),
            sign_bits(vector).tobytes(),
            self._payload.encode(entry),
            vector.astype("<f4").tobytes(),
        )
        with self._writing() as db:
            former = db.execute(
                "DELETE FROM entries WHERE id = ? OR expires_at <= ?", (entry.id, self._now())
            ).rowcount
            db.execute(
                "INSERT INTO entries (id, partition, collection, created_at, expires_at, used_at, bits, "
                "payload, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            db.executemany(
                "INSERT INTO cited (document, entry) VALUES (?, ?)",
                [(document, entry.id) for document in entry.documents],
            )
            former += self._make_room(db)
        if former:
            self._emptier.empty_soon()

    def note(self, counts: Mapping[str, float], used: str | None = None) -> None:
        with self._writing() as db:
            db.executemany(
                "INSERT INTO counts (name, value) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
                list(counts.items()),
            )
            if used is not None:
                db.execute("UPDATE entries SET used_at = ? WHERE id = ?", (self._now(), used))

    def remove(self, entry_ids: Iterable[str]) -> None:
        ids = [(entry_id,) for entry_id in entry_ids]
        with self._writing() as db:
            db.executemany("DELETE FROM entries WHERE id = ?", ids)
        self._emptier.empty_soon()

    def clear(self, *, collection: str | None = None, document: str | None = None) -> int:
        with self._writing() as db:
            removed = _cleared(db, collection, document)
        if removed and not self._emptier.empty():
            self._emptier.empty_soon()
        return removed

    def claim(self, entry_id: str, owner: str, seconds: float) -> bool:
        with self._writing() as db:
            now = self._now()  # not earlier than any stored time
            # A claim beyond the longest lease is from before the clock was set back.
            db.execute("DELETE FROM claims WHERE until <= ? OR until > ?", (now, now + seconds))
            changed = db.execute(
                "INSERT INTO claims (id, owner, until) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "until = excluded.until WHERE owner = excluded.owner",
                (entry_id, owner, now + seconds),
            )
            return changed.rowcount == 1

    def release(self, entry_id: str, owner: str) -> None:
        with self._writing() as db:
            db.execute("DELETE FROM claims WHERE id = ? AND owner = ?", (entry_id, owner))

    def counts(self) -> Mapping[str, float]:
        with self._read_connection() as db:
            return dict(db.execute("SELECT name, value FROM counts").fetchall())

    def usage(self) -> CacheUsage:
        with self._read_connection() as db:
            entries, size, oldest, newest = db.execute(
                "SELECT count(*), coalesce(sum(length(payload) + length(vector)), 0), min(created_at), "
                "max(created_at) FROM entries WHERE expires_at > ?",
                (self._now(),),
            ).fetchone()
        return CacheUsage(entries, size, oldest, newest)

    def close(self) -> None:
        with self._lock:
            self._db.close()
        self._emptier.close()

    def _open(self, timeout: float) -> None:
        """Opens the file. A damaged one is deleted, because it is only a cache."""
        try:
            private_folder(self._path.parent)
            for schema in range(SCHEMA):  # of earlier versions
                _remove(self._path.with_name(f"answers-{schema}.db"))
            self._db = self._connected_anyhow(timeout)
        except (OSError, sqlite3.Error) as error:
            raise StorageError(
                f"The cache {self._path} cannot be opened ({error}). Free some disk space, let this user "
                "write there, or set RAGAPP_CACHE=false."
            ) from error

    def _connected_anyhow(self, timeout: float) -> sqlite3.Connection:
        try:
            return _connected(self._path, timeout)
        except sqlite3.OperationalError:  # a problem of the disk: the file may be intact
            raise
        except sqlite3.DatabaseError:
            _remove(self._path)
            return _connected(self._path, timeout)

    def _catch_up(self, db: sqlite3.Connection) -> None:
        rows = db.execute(
            "SELECT seq, id, partition, bits FROM entries WHERE seq > ? ORDER BY seq LIMIT ?",
            (self._mirrored, _CAUGHT_UP_AT_ONCE),
        )
        for seq, entry_id, partition, bits in rows:
            self._mirror.put(partition, entry_id, bits)
            self._mirrored = seq

    def _fetch(self, db: sqlite3.Connection, ids: list[str]) -> list[tuple[str, bytes, bytes]]:
        marks = ",".join("?" * len(ids))
        query = f"SELECT id, payload, vector FROM entries WHERE id IN ({marks})"  # noqa: S608
        return db.execute(query, ids).fetchall()

    def _compared(
        self, rows: list[tuple[str, bytes, bytes]], vector: Vectors
    ) -> dict[str, tuple[CacheEntry, float]]:
        return {
            entry_id: (entry, similarity)
            for entry_id, payload, vector_bytes in rows
            if (entry := self._live(entry_id, payload))
            and (similarity := cosine(vector_bytes, vector)) is not None
        }

    def _live(self, entry_id: str, payload: bytes) -> CacheEntry | None:
        entry = self._payload.decode(entry_id, payload)
        return entry if entry and entry.lives(self._now()) else None

    def _make_room(self, db: sqlite3.Connection) -> int:
        """Returns how many entries were evicted."""
        (count,) = db.execute("SELECT count(*) FROM entries").fetchone()
        surplus = max(0, int(count) - self._max_entries)
        if surplus:
            db.execute(
                "DELETE FROM entries WHERE seq IN (SELECT seq FROM entries ORDER BY used_at LIMIT ?)",
                (surplus,),
            )
        return surplus

    @contextmanager
    def _read_connection(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _translated(self._path):
            yield self._db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._read_connection() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # a full disk may have ended it already
                    db.execute("ROLLBACK")
                raise


def _cleared(db: sqlite3.Connection, collection: str | None, document: str | None) -> int:
    if document is not None:
        which = "WHERE id IN (SELECT entry FROM cited WHERE document = ?)"
        return db.execute(f"DELETE FROM entries {which}", (document,)).rowcount  # noqa: S608
    if collection is not None:
        return db.execute("DELETE FROM entries WHERE collection = ?", (collection,)).rowcount
    db.execute("DELETE FROM counts")
    return db.execute("DELETE FROM entries").rowcount


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _connected(path: Path, timeout: float) -> sqlite3.Connection:
    private_file(path)  # its log gets the same permissions
    # The store's lock replaces sqlite3's own thread check.
    db = sqlite3.connect(path, timeout=_OPENING_SECONDS, isolation_level=None, check_same_thread=False)
    db.executescript(_PRAGMAS + _TABLES)
    db.execute(f"PRAGMA busy_timeout = {round(timeout * 1000)}")
    return db


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(f"{path} cannot be used: {error}. It is only a cache: delete it.") from error
