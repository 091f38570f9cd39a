"""The generators that may write an answer, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Sequence

from ragapp.protocols import Generator
from ragapp.types import AskMode


class GeneratorChain:
    """`usual` write by default, the first that can; `large` goes before them when writing is asked for."""

    def __init__(self, usual: Sequence[Generator], large: Generator | None = None) -> None:
        self._usual = tuple(usual)
        self._large = (large,) if large is not None else ()

    def __bool__(self) -> bool:
        return bool(self._usual or self._large)

    @property
    def name(self) -> str:
        """For people: all of them in their order."""
        return ", else ".join(generator.name for generator in (*self._usual, *self._large))

    def in_order(self, mode: AskMode) -> list[Generator]:
        """Those that can write now, best first. `large` is also there for the others when they cannot."""
        large_first = mode == "generate"
        order = (*self._large, *self._usual) if large_first else (*self._usual, *self._large)
        return [generator for generator in order if generator.unavailable() is None]

    def unavailable(self) -> str | None:
        """Why none can write just now; None when one can."""
        reasons = [generator.unavailable() for generator in (*self._usual, *self._large)]
        return " ".join(reason for reason in reasons if reason) if all(reasons) else None

    def warm_up(self, system: str) -> None:
        """Has the usual one that would write load what it needs. Raises ModelError."""
        for generator in self.in_order("auto")[:1]:
            generator.warm_up(system)

    def close(self) -> None:
        for generator in (*self._usual, *self._large):
            generator.close()
