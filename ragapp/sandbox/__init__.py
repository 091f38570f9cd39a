"""Work on documents in another process, which a damaged or hostile document may crash, stall or fill."""

from ragapp.sandbox.messages import SandboxLimits, SandboxRequest
from ragapp.sandbox.process import MIB, Sandbox

__all__ = ["MIB", "Sandbox", "SandboxLimits", "SandboxRequest"]
