"""The contract of generators."""

from __future__ import annotations

import threading

import pytest

from ragapp.protocols import Generator

SYSTEM = "Answer the question from the text."
PROMPT = "Text: The harbour was built in 1862.\n\nQuestion: When was the harbour built?"


class GeneratorContract:
    """What every Generator must do. Subclasses override the fixture `generator`."""

    @pytest.fixture
    def generator(self) -> Generator:
        raise NotImplementedError("Override the fixture `generator`: it returns what your factory makes.")

    def test_it_streams_pieces(self, generator: Generator) -> None:
        pieces = list(generator.generate(SYSTEM, PROMPT, 24))
        assert len(pieces) > 3
        assert all(pieces)
        assert "1862" in "".join(pieces)

    def test_it_has_a_name_and_is_available(self, generator: Generator) -> None:
        assert generator.name
        assert generator.unavailable() is None

    def test_the_same_prompt_gives_the_same_text(self, generator: Generator) -> None:
        first, second = ("".join(generator.generate(SYSTEM, PROMPT, 16)) for _ in range(2))
        assert first == second

    def test_a_stream_may_be_closed_early_and_the_next_one_is_complete(self, generator: Generator) -> None:
        pieces = generator.generate(SYSTEM, PROMPT, 200)
        next(pieces)
        pieces.close()
        assert len(list(generator.generate(SYSTEM, PROMPT, 8))) > 3

    def test_several_threads_may_generate_at_once(self, generator: Generator) -> None:
        answers: list[str] = []
        ask = lambda: answers.append("".join(generator.generate(SYSTEM, PROMPT, 16)))  # noqa: E731
        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) == 3
        assert len(set(answers)) == 1

    def test_it_can_be_warmed_up_and_may_count_tokens(self, generator: Generator) -> None:
        generator.warm_up(SYSTEM)
        short, long = generator.count_tokens("tide"), generator.count_tokens("The tide turns at noon.")
        assert short is None if long is None else 0 < (short or 0) < long < 12
