"""The service as one caller may use it: the one place where rights are enforced."""

from ragapp.access.service import GuardedService

__all__ = ["GuardedService"]
