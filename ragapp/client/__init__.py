"""RagappClient: the service of another process, over HTTP, with the same methods, results and errors."""

from ragapp.client.client import RagappClient

__all__ = ["RagappClient"]
