"""API keys, quotas and the audit log."""

from dataclasses import dataclass

from ragapp.auth.api_keys import ApiKeys
from ragapp.auth.audit_log import AuditLog
from ragapp.auth.quotas import Quotas
from ragapp.protocols import PreferenceStore

__all__ = ["ApiKeys", "AuditLog", "Auth", "Quotas"]


@dataclass(frozen=True, slots=True)
class Auth:
    """Everything that concerns callers: their keys, quotas, audit log and preferences."""

    api_keys: ApiKeys
    quotas: Quotas
    audit_log: AuditLog
    preferences: PreferenceStore
