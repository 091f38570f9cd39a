"""Makes the tokens of a model safe to show before the text is checked."""

from __future__ import annotations

import re

from ragapp.answering.claims import MARKER
from ragapp.answering.sanitize import disarmed

_BOUNDARY = re.compile(r"(?=\s)|(?<=[。，、！？；：])")
_SPACED_MARKER = re.compile(rf"(?<![ \t])[ \t]*{MARKER.pattern}", MARKER.flags)
_LONGEST_MARKER = 40


class SafeStream:
    """Passes text on word by word, without citation markers and with its markup disarmed.

    Citations are shown in the answer, after the check. A word is held back until it is complete, so that
    markup split over two pieces is recognized.
    """

    def __init__(self) -> None:
        self._held: list[str] = []
        self._marker_holds = False
        """Whether whole words are held back because a marker may have started."""

    def feed(self, piece: str) -> str:
        """The text that can be shown now; may be empty."""
        self._held.append(piece)
        if not self._marker_holds and not _BOUNDARY.search(
            piece
        ):  # so a long word is not read again and again
            return ""
        held = "".join(self._held)
        whole = _last_boundary(held)
        opened = _open_marker(held)
        cut = whole if opened is None else min(whole, _last_boundary(held[:opened]))
        self._marker_holds = cut < whole
        self._held = [held[cut:]]
        return _shown(held[:cut])

    def end(self) -> str:
        """The text that was held back until the end."""
        ready, self._held = "".join(self._held), []
        return _shown(ready)


def _last_boundary(text: str) -> int:
    """Where the last whole word of `text` ends; 0 when there is none."""
    return max((match.start() for match in _BOUNDARY.finditer(text)), default=0)


def _open_marker(text: str) -> int | None:
    """Where a marker may have started that is not closed yet."""
    opened = max(text.rfind("["), text.rfind("【"))
    closed = max(text.rfind("]"), text.rfind("】"))
    return opened if opened > closed and len(text) - opened <= _LONGEST_MARKER else None


def _shown(text: str) -> str:
    return disarmed(_SPACED_MARKER.sub("", text))
