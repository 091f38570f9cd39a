"""The generators that may write an answer, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ragapp.answering.prompt import system_prompt
from ragapp.errors import ModelError, UsageError
from ragapp.protocols import Generator, profile_of
from ragapp.types import AskMode

NOT_CONFIGURED = (
    "No generator is configured. Set RAGAPP_GENERATOR to `local` or `openai:MODEL`, or ask in mode "
    "`extractive`."
)


EXTRACTIVE = "extractive"
"""The name of the model when the answer quotes sentences of the documents."""


class GeneratorChain:
    """The generators of answers: the first available one of `usual` writes; in mode `generate`, `large` is
    tried before them.
    """

    def __init__(
        self,
        usual: Sequence[Generator] | Mapping[str, Generator],
        large: Generator | Mapping[str, Generator] | None = None,
    ) -> None:
        """Mappings give generators the names by which a question may choose one."""
        larger = large if isinstance(large, Mapping) else {} if large is None else {large.name: large}
        self._named_large = dict(larger)
        self.use(usual)

    def use(self, usual: Sequence[Generator] | Mapping[str, Generator]) -> None:
        """Replaces the usual generators. Answers in progress are completed by those that write them."""
        named = usual if isinstance(usual, Mapping) else {str(at): one for at, one in enumerate(usual)}
        self._named = dict(named)

    @property
    def _usual(self) -> tuple[Generator, ...]:
        return tuple(self._named.values())

    @property
    def _large(self) -> tuple[Generator, ...]:
        return tuple(self._named_large.values())

    def choose(self, model: str | None) -> GeneratorChain:
        """The chain of the generator of that name alone; this one for None. Raises UsageError."""
        if model is None:
            return self
        named = {**self._named_large, **self._named}
        if model not in named:
            available = ", ".join([EXTRACTIVE, *named])
            raise UsageError(f"Unknown model {model!r}. Available: {available}.")
        return GeneratorChain({model: named[model]})

    def __bool__(self) -> bool:
        return bool(self._usual or self._large)

    @property
    def name(self) -> str:
        """The names of all generators in their order, for people."""
        return ", else ".join(generator.name for generator in (*self._usual, *self._large))

    def in_order(self, mode: AskMode) -> list[Generator]:
        """The generators that are available now, in the order to try them; none in mode `extractive`."""
        if mode == "extractive":
            return []
        order = (*self._large, *self._usual) if mode == "generate" else (*self._usual, *self._large)
        return [generator for generator in order if generator.unavailable() is None]

    def available(self, mode: AskMode) -> tuple[list[Generator], str | None]:
        """The generators to try in this mode, and a notice for the reader when a configured one is needed but
        none is available.

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
        """Has the first available generator load what it needs, and read what all its prompts begin with.

        Raises ModelError.
        """
        for generator in self.in_order("auto")[:1]:
            generator.warm_up(system_prompt(profile_of(generator).model_class))

    def close(self) -> None:
        for generator in (*self._usual, *self._large):
            generator.close()
