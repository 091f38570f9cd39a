"""From hits to an answer, with well-behaved models."""

from __future__ import annotations

import pytest

from ragapp.answering.prompt import DO_NOT_SAY
from ragapp.errors import ModelError
from tests.unit.answering.hits import OFFSET, searched
from tests.unit.answering.scripts import (
    MOON,
    QUESTION,
    TEXTS,
    Script,
    answering,
    events,
    final,
    last,
    named,
)


def test_without_a_generator_the_evidence_is_the_answer() -> None:
    evidence, answer = events(None)
    assert (evidence.kind, answer.kind) == ("evidence", "answer")
    assert evidence.answer == answer.answer
    assert answer.answer is not None
    assert answer.answer.mode == answer.answer.model == "extractive"
    assert "The moon raises the tides twice a day. [1]" in answer.answer.answer
    assert answer.answer.notice == "Note."


def test_evidence_comes_first_then_tokens_then_the_checked_answer() -> None:
    stream = events(Script(["The moon raises ", "the tides twice ", "a day [1]", "."]))
    assert [event.kind for event in stream] == ["evidence", "token", "token", "token", "token", "answer"]
    assert "".join(event.text for event in stream) == "The moon raises the tides twice a day."
    answer = stream[-1].answer
    assert answer is not None
    assert answer.answer == "The moon raises the tides twice a day. [1]"
    assert (answer.mode, answer.model, answer.refused) == ("generate", "script", False)
    (citation,) = answer.citations
    assert citation.quote == "The moon raises the tides twice a day."
    assert citation.start == OFFSET + TEXTS[0].index(citation.quote)
    assert citation.end == citation.start + len(citation.quote)
    evidence = stream[0].answer
    assert evidence is not None
    assert evidence.answer_id == answer.answer_id
    assert {
        "retrieve",
        "extractive",
        "first_token",
        "generate",
        "verify",
        "total",
    } <= answer.timings_ms.keys()
    assert answer.timings_ms["total"] >= answer.timings_ms["retrieve"] == 5.0


def test_extractive_mode_asks_no_model() -> None:
    script = Script(["x"])
    assert final(script, "extractive").mode == "extractive"
    assert script.prompts == []


def test_generate_mode_without_a_model_fails_at_once_and_says_what_to_do() -> None:
    with pytest.raises(ModelError, match="RAGAPP_GENERATOR"):
        answering(None).answer(searched(QUESTION, TEXTS), "generate")
    absent = answering(Script([], absence="It is being fetched."))
    with pytest.raises(ModelError, match=r"being fetched.*extractive"):
        absent.answer(searched(QUESTION, TEXTS), "generate")


def test_without_hits_no_model_is_asked() -> None:
    script = Script(["x"])
    answer = final(script, texts=())
    assert (answer.refused, answer.answer, script.prompts) == (True, DO_NOT_SAY, [])


def test_the_trace_shows_what_the_model_saw_and_what_was_dropped() -> None:
    trace = last(answering(Script(["The moon raises the tides twice a day [1][7]."]))).trace
    assert trace.prompt_version is not None
    assert 1 in trace.shown
    assert trace.dropped == ("[7], which is no passage",)
    assert last(answering(None)).trace.prompt_version is None


def test_the_budget_is_counted_as_the_model_counts() -> None:
    coarse, fine = named("coarse", MOON), named("fine", MOON)
    coarse.count_tokens = lambda text: len(text) // 8  # type: ignore[method-assign]
    fine.count_tokens = len  # type: ignore[method-assign]
    text = " ".join(f"The moon raised the tides on day {day}." for day in range(300))
    for script in (coarse, fine):
        list(answering(script).answer(searched(QUESTION, [text])))
    assert len(fine.prompts[0]) < 1000 < 4 * len(fine.prompts[0]) < len(coarse.prompts[0])
