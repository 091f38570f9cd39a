"""Work on documents in another process, which a damaged or hostile document may crash, stall or fill."""

from ragapp.sandbox.orders import Limits, Order
from ragapp.sandbox.process import MIB, Sandbox

__all__ = ["MIB", "Limits", "Order", "Sandbox"]
