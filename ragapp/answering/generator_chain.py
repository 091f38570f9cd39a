"""The generators that may write an answer, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence

from ragapp.answering.prompt import system_prompt
from ragapp.errors import ModelError
from ragapp.protocols import Generator, profile_of
from ragapp.types import AskMode

NOT_CONFIGURED = (
    "No generator is configured. Set RAGAPP_GENERATOR to `local` or `openai:MODEL`, or ask in mode "
    "`extractive`."
)


class GeneratorChain:
    """The first available one of `usual` writes; in mode `generate`, `large` is tried before them."""

    def __init__(self, usual: Sequence[Generator], large: Generator | None = None) -> None:
        self._usual = tuple(usual)
        self._large = (large,) if large is not None else ()

    def use(self, usual: Sequence[Generator]) -> None:
        """Replaces the usual generators. Answers in progress are completed by those that write them."""
        self._usual = tuple(usual)

    def __bool__(self) -> bool:
        return bool(self._usual or self._large)

    @property
    def name(self) -> str:
        """For people: all of them in order."""
        return ", else ".join(generator.name for generator in (*self._usual, *self._large))

    def in_order(self, mode: AskMode) -> list[Generator]:
        """The generators that are available now, in the order to try them; none in mode `extractive`."""
        if mode == "extractive":
            return []
        order = (*self._large, *self._usual) if mode == "generate" else (*self._usual, *self._large)
        return [generator for generator in order if generator.unavailable() is None]

    def available(self, mode: AskMode) -> tuple[list[Generator], str | None]:
        """Those to try in this mode, and a notice for the reader when a configured one is needed but none
        is available.

        Raises ModelError when `mode` is `generate` and there is none.
        """
        generators = self.in_order(mode)
        if generators or mode == "extractive":
            return generators, None
        reason = self.unavailable()
        if mode == "generate":
            raise ModelError(f"{reason} Meanwhile ask in mode `extractive`." if reason else NOT_CONFIGURED)
        return [], reason and f"The documents are quoted because no model is available now: {reason}"

    def unavailable(self) -> str | None:
        """Why no generator is available now; None if one is, or if no generator is configured."""
        reasons = [generator.unavailable() for generator in (*self._usual, *self._large)]
        return " ".join(reason for reason in reasons if reason) or None if all(reasons) else None

    def warm_up(self) -> None:
        """Lets the first available one load what it needs, and read what all its prompts begin with.

        Raises ModelError.
        """
        for generator in self.in_order("auto")[:1]:
            generator.warm_up(system_prompt(profile_of(generator).model_class))

    def close(self) -> None:
        for generator in (*self._usual, *self._large):
            generator.close()
