"""Audit log entries for actions, refusals and hostile names."""

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


def test_an_action_is_recorded_with_its_outcome(audit_log: AuditLog) -> None:
    with audit_log.recording(ZOE, "upload", "ours/a.txt") as record:
        record.of = "3f2b ours/a.txt"
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
def test_a_refusal_is_recorded_and_raised(
    audit_log: AuditLog, error: type[RagappError], outcome: str
) -> None:
    with pytest.raises(error), audit_log.recording(ZOE, "delete document", "x"):
        raise error("no")
    assert [entry.outcome for entry in audit_log.last(10)] == [outcome]


def test_names_cannot_forge_entries(audit_log: AuditLog) -> None:
    with audit_log.recording(ZOE, "ask", "a\n2026-03-01 admin \x1b[2J\0" + "x" * 1000):
        pass
    (entry,) = audit_log.last(10)
    assert entry.object.isprintable()
    assert len(entry.object) == LONGEST_OBJECT
