"""Empties SQLite's write-ahead log after deletions, because it keeps pages of deleted rows.

With `PRAGMA secure_delete` SQLite overwrites deleted content with zeros, but in new copies of the pages,
which go into the log. The former copies, and the database file itself, still hold the content until a
checkpoint has moved the log into the file and cut it off (sqlite.org/pragma.html#pragma_wal_checkpoint).
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

log = logging.getLogger(__name__)

SECURE_DELETE = "PRAGMA secure_delete = ON"
PATIENCE = 0.2
"""Seconds that an attempt waits for others. A waiting checkpoint blocks all writers."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0
"""Seconds between attempts, doubled while a reader uses an older state."""
AT_THE_END = 5.0
"""Seconds that closing waits for remaining readers."""


class LogEmptier:
    """Empties the log of one database. Safe for many threads; other processes may use the database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def empty(self, seconds: float = PATIENCE) -> bool:
        """Empties the log now. Returns False when others still read it after `seconds`."""
        try:
            with closing(sqlite3.connect(self._database, timeout=seconds)) as db:
                busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.DatabaseError as error:  # locked, the disk is full, or the file is damaged
            log.info("The log of %s could not be emptied yet: %s", self._database, error)
            return False
        return not busy

    def rewrite(self, seconds: float) -> bool:
        """Rewrites the whole database, so that the free space of its pages holds nothing.

        Returns False when others use it for longer than `seconds`, or the disk is too full.
        """
        try:
            with closing(sqlite3.connect(self._database, timeout=seconds, isolation_level=None)) as db:
                db.execute("VACUUM")
        except sqlite3.DatabaseError as error:
            log.info("%s could not be rewritten: %s", self._database, error)
            return False
        return True

    def empty_soon(self) -> None:
        """Empties the log in the background, as soon as no reader uses an older state."""
        self._wanted.set()
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._keep_trying, name="empty-log", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Ends the attempts, after a last one if the log is not empty yet."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        if self._wanted.is_set() and not self.empty(AT_THE_END):
            log.warning(
                "Deleted text stays in the log of %s while others read it. The next deletion, or the "
                "process that closes the database last, empties it.",
                self._database,
            )
        self._wanted.clear()
        self._closing.clear()

    def _keep_trying(self) -> None:
        pause = FIRST_PAUSE
        while self._wanted.is_set():
            self._wanted.clear()
            if not self.empty():
                self._wanted.set()
            # Pauses after success, too, so that many deletions in a row share an attempt.
            if self._closing.wait(pause):
                return
            pause = min(2 * pause, LONGEST_PAUSE)
