"""Who may call, how much each may use, and what they did."""

from dataclasses import dataclass

from ragapp.callers.keyring import Keyring
from ragapp.callers.meter import Meter
from ragapp.callers.trail import Trail
from ragapp.protocols import PreferenceStore

__all__ = ["Callers", "Keyring", "Meter", "Trail"]


@dataclass(frozen=True, slots=True)
class Callers:
    """What the application knows of those who call it."""

    keyring: Keyring
    meter: Meter
    trail: Trail
    preferences: PreferenceStore
