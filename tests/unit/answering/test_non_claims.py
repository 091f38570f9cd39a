"""Which parts of an answer are no claims, and which are."""

from __future__ import annotations

import pytest

from ragapp.answering.claims import read_claims
from ragapp.answering.groundedness.non_claims import claims_nothing
from tests.unit.answering.scripts import Script, answering, final, last


@pytest.mark.parametrize(
    "text",
    [
        "Here are the facts:",
        "Here is what the documents say about the tides:",
        "Based on the passages provided, here are the key points:",
        "The moon does the following:",
        "1. Key facts:",
        "**Summary:**",
        "Sure!",
        "Certainly, happy to help!",
        "Let me know if you have any questions.",
        "Let me know if you need anything else!",
        "I hope this helps!",
        "If you have more questions, feel free to ask.",
        "Feel free to ask for more details.",
        "You're welcome!",
        "Is there anything else I can help you with?",
        "The documents do not say how many days managers have.",
        "However, the passages don't mention the price.",
    ],
)
def test_lead_ins_labels_and_pleasantries_claim_nothing(text: str) -> None:
    assert claims_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "The moon raises the tides twice a day.",
        "The documents do not say that he was convicted, but he was.",
        "The documents do not mention the mill, which was built by Ada.",
        "The contract does not contain a clause about leave.",
        "Marta Kolbe",
        "XJ-4410-B",
        "No.",
        "The tower was completed in 1931:",
        "Let me know if the 500 m tower is too high.",
        "Whales sleep in winter.",
        "The password must be changed:",
        "Thanks to Bob the tower stands.",
    ],
)
def test_what_says_something_claims_it(text: str) -> None:
    assert not claims_nothing(text)


WRITTEN = """## The tides

Here are the facts:

1. The moon raises the tides twice a day [1].
2) The moon raises the tides twice a day [1].
a. The moon raises the tides twice a day [1].
(i) The moon raises the tides twice a day [1].
- Whales sleep in winter [1].

| Body | Effect |
| --- | --- |

Let me know if you have any questions!
"""


def test_a_list_is_kept_and_only_what_is_wrong_in_it_is_marked() -> None:
    answer = final(Script([WRITTEN]))
    assert answer.mode == "generate"
    verdicts = [sentence.verdict for sentence in answer.sentences]
    assert verdicts == ["no_claim", "no_claim", *["supported"] * 4, "unsupported", "no_claim", "no_claim"]


def test_strict_answers_keep_their_lead_ins_but_not_alone() -> None:
    stored = last(answering(Script([WRITTEN]), strict=True))
    assert {sentence.verdict for sentence in stored.sentences} == {"supported", "no_claim"}
    alone = last(answering(Script(["Here are the facts:\n- Whales sleep in winter [1]."]), strict=True))
    assert alone.refused


def test_pleasantries_alone_are_not_an_answer() -> None:
    assert final(Script(["Sure! Let me know if you have any questions."])).mode == "extractive"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("According to passage [1], the sea rises.", "The sea rises."),
        ("According to the passage [2], it rises.", "It rises."),
        ("[1], the sea rises.", "The sea rises."),
        ("In passage [1], the sea rises.", "The sea rises."),
        ("The sea rises. According to passage [1], the land sinks.", "The land sinks."),
        ("As said in passage [1], the sea rises.", "As said, the sea rises."),
        ("- According to passage [3], XJ-4410 is red.", "- XJ-4410 is red."),
    ],
)
def test_a_marker_taken_out_leaves_a_sentence(written: str, read: str) -> None:
    assert read_claims(written)[-1].text == read


TABLE = """Leave differs by role [1].

| Role | Days |
| --- | --- |
| Engineers | 30 days of leave [1] |
| Apprentices | 28 days of leave [1] |

## Details
Apprentices have 28 days of leave [1]."""


def test_a_table_of_a_model_stays_a_table() -> None:
    hit = "Leave differs by role. Engineers have 30 days of leave. Apprentices have 28 days of leave."
    answer = final(Script([TABLE]), texts=[hit])
    lines = answer.answer.split("\n")
    assert lines[lines.index("| Role | Days |") :][:2] == ["| Role | Days |", "| --- | --- |"]
    assert [sentence.verdict for sentence in answer.sentences if "|" in sentence.text][1:] == [
        "supported"
    ] * 2


def test_a_heading_is_no_part_of_the_sentence_below_it() -> None:
    claims = read_claims(TABLE)
    assert [claim.text for claim in claims][-2:] == ["## Details", "Apprentices have 28 days of leave."]
