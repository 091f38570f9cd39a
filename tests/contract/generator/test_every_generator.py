"""Every generator: a remote one over real HTTP, and the local one with a real, tiny model."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from ragapp.errors import ModelError
from ragapp.models.build import build_generators
from ragapp.protocols import Generator
from ragapp.settings import Settings
from tests.contract.generator.library import PROMPT, SYSTEM, OpenAIServer, served


def test_it_streams_pieces(generator: Generator) -> None:
    pieces = list(generator.generate(SYSTEM, PROMPT, 24))
    assert len(pieces) > 3
    assert all(pieces)
    assert "1862" in "".join(pieces)


def test_it_has_a_name_and_is_available(generator: Generator) -> None:
    assert generator.name
    assert generator.unavailable() is None


def test_the_same_prompt_gives_the_same_text(generator: Generator) -> None:
    first, second = ("".join(generator.generate(SYSTEM, PROMPT, 16)) for _ in range(2))
    assert first == second


def test_no_request_is_sent_before_the_first_piece_is_asked_for(server: OpenAIServer) -> None:
    pieces = served(server, "good").generate(SYSTEM, PROMPT, 16)
    time.sleep(0.3)  # a request that was sent already would have arrived
    assert server.requests == []
    next(pieces)
    assert len(server.requests) == 1


def test_no_model_is_loaded_before_the_first_piece_is_asked_for(tmp_path: Path) -> None:
    (generator,) = build_generators(Settings(generator="local", models_dir=tmp_path))
    pieces = generator.generate(SYSTEM, PROMPT, 16)
    with pytest.raises(ModelError, match="ragapp models fetch"):
        next(pieces)


def test_a_stream_may_be_closed_early_and_the_next_one_is_complete(generator: Generator) -> None:
    pieces = generator.generate(SYSTEM, PROMPT, 200)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert len(list(generator.generate(SYSTEM, PROMPT, 8))) > 3


def test_several_threads_may_generate_at_once(generator: Generator) -> None:
    answers: list[str] = []
    ask = lambda: answers.append("".join(generator.generate(SYSTEM, PROMPT, 16)))  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 3
    assert len(set(answers)) == 1


def test_it_can_be_closed_twice(server: OpenAIServer) -> None:
    generator = served(server, "good")
    generator.close()
    generator.close()


def test_it_can_be_warmed_up_and_may_count_tokens(generator: Generator) -> None:
    generator.warm_up(SYSTEM)
    short, long = generator.count_tokens("tide"), generator.count_tokens("The tide turns at noon.")
    assert short is None if long is None else 0 < (short or 0) < long < 12
