"""Generators that are unavailable, fail or write nothing, and their fallbacks."""

from __future__ import annotations

import pytest

from ragapp.answering.generator_chain import GeneratorChain
from ragapp.errors import UsageError
from ragapp.types import AskMode
from tests.unit.answering.scripts import MOON, Script, answering, final, last, named


def test_auto_mode_quotes_and_says_so_while_the_model_is_on_its_way() -> None:
    answer = final(Script([], absence="It is being fetched."))
    assert answer.mode == "extractive"
    assert answer.notice is not None
    assert answer.notice.startswith("Note. ")
    assert "being fetched" in answer.notice


def test_a_model_that_fails_midway_leaves_the_extractive_answer_and_a_notice() -> None:
    answer = final(Script(["The moon "], error="The model timed out. Start it again."))
    assert answer.mode == "extractive"
    assert answer.citations
    assert "timed out" in (answer.notice or "")


@pytest.mark.parametrize("written", ["", "[1]", "   "])
def test_a_model_that_writes_nothing_leaves_the_extractive_answer(written: str) -> None:
    answer = final(Script([written]))
    assert answer.mode == "extractive"
    assert "wrote nothing" in (answer.notice or "")


def test_the_next_generator_writes_when_the_first_does_not_answer() -> None:
    answer = last(answering(Script([], error="It is down."), named("second", MOON)))
    assert (answer.mode, answer.model) == ("generate", "second")
    assert answer.notice is None


def test_a_generator_that_is_away_is_passed_over() -> None:
    away = Script([MOON], absence="It is being fetched.")
    assert last(answering(away, named("second", MOON))).model == "second"
    assert away.prompts == []


def test_when_no_generator_answers_the_documents_are_quoted_with_all_reasons() -> None:
    answer = last(answering(Script([], error="One is down."), Script([], error="Two is down.")))
    assert answer.mode == "extractive"
    assert "One is down. Two is down." in (answer.notice or "")


def test_no_other_generator_continues_an_interrupted_answer() -> None:
    second = named("second", MOON)
    answer = last(answering(Script(["The moon raises "], error="It broke."), second))
    assert (answer.mode, second.prompts) == ("extractive", [])


@pytest.mark.parametrize(("mode", "model"), [("auto", "small"), ("generate", "large")])
def test_the_large_generator_goes_first_when_writing_is_asked_for(mode: AskMode, model: str) -> None:
    assert last(answering(named("small", MOON), large=named("large", MOON)), mode).model == model


def test_a_question_may_choose_one_of_the_generators() -> None:
    chain = GeneratorChain({"a": named("A", MOON), "b": named("B", MOON)}, {"c": named("C", MOON)})
    assert [one.name for one in chain.choose("b").in_order("auto")] == ["B"]
    assert [one.name for one in chain.choose("c").in_order("auto")] == ["C"]
    assert chain.choose(None) is chain
    with pytest.raises(UsageError, match=r"Unknown model .*Available: extractive, c, a, b"):
        chain.choose("d")


def test_replaced_generators_are_used_from_the_next_question_on() -> None:
    chain = GeneratorChain([named("A", MOON)])
    chain.use({"b": named("B", MOON)})
    assert [one.name for one in chain.in_order("auto")] == ["B"]
