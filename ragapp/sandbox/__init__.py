"""Processing documents in a confined process, which a damaged or hostile document may crash or stall."""

from ragapp.sandbox.messages import SandboxLimits, SandboxRequest
from ragapp.sandbox.process import MIB, Sandbox

__all__ = ["MIB", "Sandbox", "SandboxLimits", "SandboxRequest"]
