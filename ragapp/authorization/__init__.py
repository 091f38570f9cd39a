"""The service as one caller may use it: the one place where rights are enforced."""

from ragapp.authorization.service import AuthorizedService

__all__ = ["AuthorizedService"]
