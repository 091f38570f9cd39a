"""The local generator."""

from __future__ import annotations

import pytest

from ragapp.errors import ModelError
from ragapp.protocols import Generator
from ragapp.testing.generators import PROMPT, SYSTEM


def test_it_stops_at_max_tokens(local: Generator) -> None:
    assert len(list(local.generate(SYSTEM, PROMPT, 5))) <= 5


def test_a_prompt_longer_than_its_context_is_a_model_error(local: Generator) -> None:
    with pytest.raises(ModelError, match="context"):
        list(local.generate(SYSTEM, "tide " * 6000, 8))


def test_a_proxy_in_the_environment_is_not_used(local: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert list(local.generate(SYSTEM, PROMPT, 5))
