"""One text by a generator: without what it thinks, within its bounds, and how it ended."""

from __future__ import annotations

from collections.abc import Generator as Coroutine
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from ragapp.protocols import Generator
from ragapp.reasoning import Reasoning
from ragapp.types import Ending

CHARACTERS_PER_TOKEN = 4
"""About what a token of prose has."""

LONGEST_TOKEN = 16
"""Characters a token has at most, about, when a whole answer is counted."""

MOST_THOUGHTS = 200_000
"""Characters that are read before the answer has to begin, whatever the generator lets its model think."""

CUT_OFF: Mapping[Ending, str] = {
    "length": "The answer is cut off: the model had no tokens left. Raise RAGAPP_ANSWER_TOKENS, or "
    "RAGAPP_THINKING_TOKENS for a model that thinks first.",
    "filtered": "The answer is cut off: the model's server withheld the rest by its content filter.",
    "interrupted": "The answer is cut off: the model's server ended it without saying that it was complete. "
    "Ask again.",
}
"""What readers are told of every ending but `complete`."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a model answered, without its thinking."""

    text: str
    ending: Ending


def write(generator: Generator, system: str, prompt: str, max_tokens: int) -> Coroutine[str, None, Written]:
    """Yields what belongs to the answer as it comes, and returns the whole of it. Raises ModelError.

    What was yielded is not always what is returned: a closing tag may show late that it was thinking. A
    generator that goes on past `max_tokens` is stopped.
    """
    reasoning, bounds = Reasoning(), _Bounds(max_tokens)
    with closing(generator.generate(system, prompt, max_tokens)) as pieces:
        while True:
            try:
                piece = next(pieces)
            except StopIteration as end:
                ending: Ending = end.value or "complete"
                break
            fitting = bounds.fitting(reasoning.feed(piece), len(piece))
            if fitting:
                yield fitting
            if bounds.reached:
                return Written(reasoning.answer[: bounds.characters], "length")
    if rest := reasoning.end(whole=ending == "complete"):
        yield rest
    return Written(reasoning.answer, ending)


def write_whole(generator: Generator, system: str, prompt: str, max_tokens: int) -> Written:
    """The whole text at once. Raises ModelError."""
    writing = write(generator, system, prompt, max_tokens)
    while True:
        try:
            next(writing)
        except StopIteration as end:
            text: Written = end.value
            return text


class _Bounds:
    """Counts an answer's tokens by its pieces, of which servers send one a token, and by its characters.

    Some servers send a character a piece, and some a whole answer.
    """

    def __init__(self, max_tokens: int) -> None:
        self._max_tokens = max_tokens
        self._pieces = 0
        self._raw = 0
        self.characters = 0
        self.reached = False

    def fitting(self, text: str, raw: int) -> str:
        """As much of the next text as is allowed; `raw` is the length of the piece that it came from."""
        self._raw += raw
        if not text:
            self.reached = self._raw > MOST_THOUGHTS
            return ""
        many = self._pieces >= self._max_tokens
        most = self._max_tokens * (CHARACTERS_PER_TOKEN if many else LONGEST_TOKEN)
        fitting = text[: max(0, most - self.characters)]
        self._pieces += 1
        self.characters += len(fitting)
        self.reached = len(fitting) < len(text)
        return fitting
