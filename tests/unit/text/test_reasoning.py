"""A model's reasoning is distinguished from its answer, however it is marked and split."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragapp.text.reasoning import Reasoning, without_reasoning

ANSWER = "The harbour was built in 1862 [1]. It has two quays [2]."
THOUGHT = "Okay, the user asks when. I don't know... passage [3] says 1920 <b>perhaps</b>."

FORMS = {
    "think": "<think>{}</think>\n\n",
    "with attributes": '<think time="3">\n{}\n</think>',
    "thinking": "<thinking>{}</thinking>",
    "thought": "<thought>{}</thought> ",
    "capitals": "<Reasoning>{}</Reasoning>",
    "namespace": "<seed:think>{}</seed:think>",
    "mistral": "[THINK]{}[/THINK]",
    "kimi": "◁think▷{}◁/think▷",
    "cohere": "<|START_THINKING|>{}<|END_THINKING|><|START_RESPONSE|>",
    "sky": "<|begin_of_thought|>{}<|end_of_thought|>\n<|begin_of_solution|>",
    "gemma": "<|channel>thought\n{}<channel|>",
    "harmony": "<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>",
    "harmony, commentary too": "<|start|>assistant<|channel|>analysis<|message|>{}<|end|>"
    "<|start|>assistant<|channel|>commentary to=functions.x <|constrain|>json<|message|>{{}}<|call|>"
    "<|start|>assistant<|channel|>final<|message|>",
    "harmony without its tokens": "analysisWe need to look. {}assistantfinal",
    "granite": "Here is my thought process: {}\n\nHere is my response:",
    "unopened": "{}</think>\n\n",
    "unopened, mistral": "{}[/THINK]",
    "twice": "<think>{}</think><think>once more</think>",
    "nested": "<think>{} <think>deeper</think> still thinking</think>",
    "empty": "<think>\n\n</think>\n\n",
    "none": "",
}
TAKEN_BACK = {"unopened", "unopened, mistral", "nested"}


def fed(pieces: list[str], *, opened: bool = False) -> Reasoning:
    reasoning = Reasoning(opened=opened)
    for piece in pieces:
        reasoning.feed(piece)
    reasoning.end()
    return reasoning


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("ending", ["", "<|return|>", "<|END_RESPONSE|>"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
def test_only_the_answer_is_left(form: str, ending: str, size: int) -> None:
    text = form.format(THOUGHT) + ANSWER + ending
    reasoning = fed([text[at : at + size] for at in range(0, len(text), size)])
    assert reasoning.answer == ANSWER
    assert reasoning.seen == bool(form)


@pytest.mark.parametrize("form", ["<think>{}", "[THINK]{}", "<|channel|>analysis<|message|>{}", "◁think▷{}"])
def test_reasoning_that_never_ends_is_not_an_answer(form: str) -> None:
    assert without_reasoning(form.format(THOUGHT)) == ""


@pytest.mark.parametrize("form", [form for name, form in FORMS.items() if name not in TAKEN_BACK])
@given(data=st.data())
def test_nothing_of_it_is_shown_on_the_way(form: str, data: st.DataObject) -> None:
    text = form.format("SECRET " * 5) + ANSWER
    reasoning, shown = Reasoning(), ""
    while text:
        size = data.draw(st.integers(1, 40))
        shown += reasoning.feed(text[:size])
        text = text[size:]
    assert shown + reasoning.end() == reasoning.answer
    assert "SECRET" not in reasoning.answer


def test_what_was_shown_is_taken_back_when_a_closing_tag_shows_that_it_was_thinking() -> None:
    reasoning = Reasoning()
    assert reasoning.feed("It says 1920. But no") == "It says 1920. But no"
    assert reasoning.feed("t here.</think>In 1862.") == "In 1862."
    assert (reasoning.answer, reasoning.unopened, reasoning.retractions) == ("In 1862.", True, 1)


def test_what_begins_like_thinking_waits_for_its_end() -> None:
    reasoning = Reasoning()
    assert reasoning.feed("Let me see. The harbour was built in 1862.") == ""
    assert reasoning.end() == "Let me see. The harbour was built in 1862."
    cut = Reasoning()
    cut.feed("Okay, so the user wants to know")
    assert (cut.end(whole=False), cut.seen) == ("", True)


@pytest.mark.parametrize(
    "text",
    [
        "If a < b then [2] holds, and `<think>` is a tag [3].",
        "Okayama is a city. [Thinkers] met there <3",
        "analysis of variance was used",
        "List:\n\n- one [1]\n- <b>two</b>",
        "  leading blanks stay",
        "I",
        "<",
        "",
    ],
)
def test_text_without_thinking_stays_as_it_is(text: str) -> None:
    reasoning = fed(list(text))
    assert (reasoning.answer, reasoning.seen) == (text, False)


def test_a_model_that_never_opens_is_held_back_until_it_closes() -> None:
    reasoning = Reasoning(opened=True)
    assert reasoning.feed("It says 1920. ") == ""
    assert reasoning.feed("No.</think> In 1862.") == "In 1862."
    assert reasoning.retractions == 0


def test_pieces_that_hold_no_mark_pass_unchanged() -> None:
    reasoning = Reasoning()
    pieces = re.findall(r"\S+\s*", ANSWER.removeprefix("The "))
    assert [reasoning.feed(piece) for piece in pieces] == pieces


@pytest.mark.parametrize(
    "unit", ["<", "< ", "<think ", "[", "`", "assistant ", "a", "<|channel|>", "</think>"]
)
@pytest.mark.parametrize("start", ["", "<think>", "analysisA", "Okay, "])
def test_time_grows_with_the_length_alone(unit: str, start: str) -> None:
    def seconds(size: int) -> float:
        text = start + unit * (size // len(unit))
        began = time.process_time()
        without_reasoning(text)
        return time.process_time() - began

    seconds(10_000)
    assert seconds(400_000) < 40 * max(seconds(40_000), 0.002)
