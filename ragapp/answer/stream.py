"""A model's text on its way to the screen, before anything in it has been checked."""

from __future__ import annotations

import re

from ragapp.answer.markers import MARKER
from ragapp.answer.plain import disarmed

_BOUNDARY = re.compile(r"(?=\s)|(?<=[。，、！？；：])")
_SPACED_MARKER = re.compile(rf"(?<![ \t])[ \t]*{MARKER.pattern}", MARKER.flags)
_LONGEST_MARKER = 40


class SafeStream:
    """Passes text on word by word, without markers and with its markup disarmed.

    Markers wait for the answer, where they have been checked. A word is held back until it is whole, so
    that nothing can be smuggled through in two halves.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown now, perhaps nothing."""
        self._held += piece
        whole = _last_boundary(self._held)
        opened = _open_marker(self._held)
        cut = whole if opened is None else min(whole, _last_boundary(self._held[:opened]))
        ready, self._held = self._held[:cut], self._held[cut:]
        return _shown(ready)

    def end(self) -> str:
        """The rest."""
        ready, self._held = self._held, ""
        return _shown(ready)


def _last_boundary(text: str) -> int:
    """Where the last whole word of `text` ends; 0 when there is none."""
    return max((match.start() for match in _BOUNDARY.finditer(text)), default=0)


def _open_marker(text: str) -> int | None:
    """Where a marker may have begun that is not closed yet."""
    opened = max(text.rfind("["), text.rfind("【"))
    closed = max(text.rfind("]"), text.rfind("】"))
    return opened if opened > closed and len(text) - opened <= _LONGEST_MARKER else None


def _shown(text: str) -> str:
    return disarmed(_SPACED_MARKER.sub("", text))
