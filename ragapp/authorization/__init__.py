"""Authorization: the policy table of all operations, and the wrapper that enforces it for one caller."""

from ragapp.authorization.service import authorized

__all__ = ["authorized"]
