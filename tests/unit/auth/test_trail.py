"""What the audit trail makes of what is done, and of what callers send as names."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ragapp.auth.audit_log import LONGEST_OBJECT, AuditLog
from ragapp.errors import ForbiddenError, NotFoundError, QuotaError, RagappError, StorageError
from ragapp.store.auth import SqlAudit
from ragapp.store.engine import open_engine
from ragapp.types import AuditEntry, Caller

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ZOE = Caller("0123456789ab", "zoë", (), address="192.0.2.7")


@pytest.fixture
def audit_log(tmp_path: Path) -> AuditLog:
    return AuditLog(SqlAudit(open_engine(f"sqlite:///{tmp_path / 'audit.db'}")), lambda: NOW)


def test_a_deed_is_noted_with_what_became_of_it(audit_log: AuditLog) -> None:
    with audit_log.recording(ZOE, "upload", "ours/a.txt") as deed:
        deed.of = "3f2b ours/a.txt"
    assert audit_log.last(10) == [
        AuditEntry(NOW, ZOE.id, "zoë", "192.0.2.7", "upload", "3f2b ours/a.txt", "done")
    ]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ForbiddenError, "forbidden"),
        (NotFoundError, "not found"),
        (QuotaError, "over quota"),
        (StorageError, "failed"),
    ],
)
def test_a_refusal_is_noted_and_raised(audit_log: AuditLog, error: type[RagappError], outcome: str) -> None:
    with pytest.raises(error), audit_log.recording(ZOE, "delete document", "x"):
        raise error("no")
    assert [entry.outcome for entry in audit_log.last(10)] == [outcome]


def test_no_name_can_pretend_to_be_another_entry(audit_log: AuditLog) -> None:
    with audit_log.recording(ZOE, "ask", "a\n2026-03-01 admin \x1b[2J\0" + "x" * 1000):
        pass
    (entry,) = audit_log.last(10)
    assert entry.object.isprintable()
    assert len(entry.object) == LONGEST_OBJECT
