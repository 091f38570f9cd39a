"""Which questions depend on earlier ones, and how the rules rewrite them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragapp.answering.answer_context import AnswerContext
from ragapp.answering.answerer import NO_CACHE
from ragapp.answering.followups import stand_alone
from ragapp.answering.generator_chain import GeneratorChain
from ragapp.answering.rewriting import Rewriter
from ragapp.answering.small_talk import reply_to
from ragapp.answering.terms import fold, stems
from ragapp.errors import ModelError
from ragapp.types import SearchedQuestion, Turn
from tests.unit.answering.hits import found


def rewritten_by_rules(question: str, standalone: str) -> AnswerContext:
    return AnswerContext(SearchedQuestion(question, found(standalone, ["A text."]), "rules"), NO_CACHE)


def turns(*questions: str) -> list[Turn]:
    return [Turn(question, "An answer about Zanzibar.") for question in questions]


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        ("What was Acme's revenue in 2019?", "And in 2020?", "What was Acme's revenue in 2020?"),
        ("What is the capital of France?", "What about Germany?", "What is the capital of Germany?"),
        ("Who is Neil Armstrong?", "How tall is he?", "How tall is Neil Armstrong?"),
        ("How long did Apollo take?", "And how much did it cost?", "And how much did Apollo cost?"),
        ("When was Ada Moreno hired?", "where is her office", "where is her office (Ada Moreno hired)?"),
        ("What does the report say about Denver?", "Who signed it?", "Who signed it (report say Denver)?"),
        ("Who runs the Sales department?", "How many people are in it?", "How many people are in Sales?"),
        ("what is the top speed of the electric van", "how heavy is it", "how heavy is the electric van"),
        (
            "How high is the Hardel South Tower?",
            "What is its height?",
            "What is Hardel South Tower's height?",
        ),
        ("Where is the harbour?", "Why?", "Why (harbour)?"),
        ("How tall is the south tower?", "and the north one?", "How tall is the north tower?"),
    ],
)
def test_what_is_left_out_is_filled_in(earlier: str, question: str, expected: str) -> None:
    assert stand_alone(question, turns(earlier)) == expected


@pytest.mark.parametrize(
    "question",
    [
        "When was Ada Thornton born?",
        "What does the annual report say about capital expenditure in Denver?",
        "How many flowers does a honey bee visit during one summer day?",
    ],
)
def test_a_full_question_is_left_alone(question: str) -> None:
    assert stand_alone(question, turns("What is the capital of France?")) == question


@pytest.mark.parametrize(
    "question", ["who is the auditor?", "What is EBT?", "When does the office open?", "Where is the harbour?"]
)
def test_a_complete_question_is_read_as_it_was_asked(question: str) -> None:
    earlier = "What does error code E0471 mean?"
    standalone = stand_alone(question, turns(earlier))
    assert "E0471" in standalone
    context = rewritten_by_rules(question, standalone)
    assert (context.reading_question, context.core_question) == (question, question)


@pytest.mark.parametrize("question", ["Who signs it?", "Why?", "How tall is he?", "And the price?"])
def test_a_question_that_points_back_is_read_with_its_topic(question: str) -> None:
    standalone = stand_alone(question, turns("What does error code E0471 mean?"))
    assert rewritten_by_rules(question, standalone).reading_question == standalone


@pytest.mark.parametrize("talk", ["hi", "Thanks!", "ok great", "bye", "who are you?", "Hello there 👋"])
def test_small_talk_is_not_a_topic(talk: str) -> None:
    earlier = ["Where is the harbour?", talk, talk, talk]
    assert stand_alone("Who built it?", turns(*earlier)) == "Who built it (harbour)?"


def test_an_added_topic_is_not_passed_on() -> None:
    earlier = turns("who is the auditor (error code E0471 mean)?")
    assert stand_alone("How old is he?", earlier) == "How old is he (auditor)?"


@pytest.mark.parametrize(
    "talk",
    [
        "hi",
        "Hi!",
        "good morning",
        "Thanks!",
        "thank you so much",
        "ok great",
        "ok, thanks",
        "bye",
        "Goodbye.",
        "who are you?",
        "What can you do?",
        "hi, who are you?",
        "how are you",
        "got it",
        "Perfect!",
    ],
)
def test_small_talk_gets_a_reply(talk: str) -> None:
    assert reply_to(talk)


@pytest.mark.parametrize(
    "question",
    [
        "Hi, who is the auditor?",
        "Thanks, and what is the price?",
        "What is a greeting?",
        "bye-laws",
        "ok rating",
        "Who are the auditors?",
        "good manufacturing practice",
        "help desk hours",
        "",
        "Great Fire of London",
    ],
)
def test_a_question_is_not_small_talk(question: str) -> None:
    assert reply_to(question) is None


def test_a_first_question_is_left_alone() -> None:
    assert stand_alone("And why?", []) == "And why?"


def test_the_topic_may_be_further_back() -> None:
    assert "harbour" in stand_alone("Who built it?", turns("Where is the harbour?", "Why?"))


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=4))
def test_rewriting_uses_no_answers_and_loses_no_word_of_the_question(
    question: str, earlier: list[str]
) -> None:
    rewritten = stand_alone(question, turns(*earlier))
    assert "Zanzibar" not in rewritten
    if "(" in rewritten and not any("(" in text for text in (question, *earlier)):
        assert set(stems(question)) <= set(stems(rewritten))


class Scribe:
    """Writes what it is told to."""

    name = "scribe"

    def __init__(self, text: str | None) -> None:
        self._text = text
        self.prompts: list[str] = []

    def unavailable(self) -> str | None:
        return None

    def count_tokens(self, text: str) -> None: ...

    def warm_up(self, system: str) -> None: ...

    def generate(self, system: str, prompt: str, max_tokens: int) -> Iterator[str]:
        self.prompts.append(prompt)
        if self._text is None:
            raise ModelError("It is down. Start it.")
        yield self._text

    def close(self) -> None: ...


EARLIER = turns("When was the harbour built?")


def test_a_generator_rewrites_without_seeing_answers() -> None:
    scribe = Scribe('Rewritten question: "Who built the harbour?"\nBecause …')
    rewriting = Rewriter(GeneratorChain([scribe])).rewrite("Who built it?", EARLIER)
    assert (rewriting.question, rewriting.by) == ("Who built the harbour?", "generator")
    assert "Zanzibar" not in scribe.prompts[0]


@pytest.mark.parametrize("text", [None, "", "Ada Thornton did, in 1862.", "Who built " + "very " * 99])
def test_the_rules_step_in_when_a_generator_fails_or_strays(text: str | None) -> None:
    rewriting = Rewriter(GeneratorChain([Scribe(text)])).rewrite("Who built it?", EARLIER)
    assert (rewriting.question, rewriting.by) == (stand_alone("Who built it?", EARLIER), "rules")


def test_a_generator_is_not_asked_about_a_full_question() -> None:
    scribe = Scribe("x")
    question = "When was Ada Thornton born?"
    assert Rewriter(GeneratorChain([scribe])).rewrite(question, EARLIER).by == "nobody"
    assert scribe.prompts == []


def test_the_callers_wording_is_used_as_it_is() -> None:
    rewriting = Rewriter().rewrite("Who?", EARLIER, "Who built  the harbour")
    assert (rewriting.question, rewriting.by) == ("Who built  the harbour", "caller")


@given(st.text(max_size=60), st.text(max_size=200))
def test_whatever_a_generator_writes_the_question_stays_a_line(question: str, text: str) -> None:
    rewritten = Rewriter(GeneratorChain([Scribe(text)])).rewrite(question, EARLIER)
    if rewritten.by == "generator":
        assert rewritten.question == fold(rewritten.question)
