"""Answers that quote sentences of the documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragapp.answering.extractive import MOST_QUOTED, extract
from ragapp.answering.passages import number_hits
from tests.unit.answering.hits import found, hit

FACTORY = (
    "The Halden factory was opened in 1911 by Ingrid Solberg. It made paper for newspapers. "
    "At its height the factory employed 840 workers. The river drove its turbines.\n\n"
    "In 1975 the Halden factory was sold to a Swedish company."
)
BRIDGE = "The bridge over the Tista is 210 metres long. It was painted green in 1998."


def answer(question: str, *texts: str) -> list[str]:
    return [statement.text for statement in extract(question, number_hits(found(question, texts).hits))]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who opened the Halden factory?", "The Halden factory was opened in 1911 by Ingrid Solberg."),
        ("How many workers did the factory employ?", "At its height the factory employed 840 workers."),
        ("When was the Halden factory sold?", "In 1975 the Halden factory was sold to a Swedish company."),
        ("How long is the bridge over the Tista?", "The bridge over the Tista is 210 metres long."),
    ],
)
def test_the_sentence_that_answers_is_quoted(question: str, sentence: str) -> None:
    assert sentence in answer(question, FACTORY, BRIDGE)


@pytest.mark.parametrize(
    "question",
    [
        "Who composed the opera about Napoleon?",
        "What is the capital of Mongolia?",
        "How many patients took part in the trial?",
        "What?",
        "?!",
    ],
)
def test_what_the_documents_do_not_speak_of_is_refused(question: str) -> None:
    assert answer(question, FACTORY, BRIDGE) == []


@pytest.mark.parametrize("question", ["Who is the president of France?", "Is there a king in France?"])
def test_one_word_of_several_is_a_coincidence(question: str) -> None:
    assert answer(question, "In 1348 the plague reached Paris, the largest city of France.") == []


def test_a_title_is_not_an_answer_but_a_short_sentence_is() -> None:
    sheet = "Balance Sheet\n\nThe balance sheet of Halden Paper shows 12 million kroner of debt."
    assert answer("What is on the balance sheet?", sheet) == [
        "The balance sheet of Halden Paper shows 12 million kroner of debt."
    ]
    assert answer("What drove the turbines?", "The river drove the turbines") != []


def test_no_passages_are_a_refusal() -> None:
    assert answer("Who opened the Halden factory?") == []


def test_the_document_name_and_section_count_as_what_a_passage_is_about() -> None:
    question = "What was the revenue of Halden Paper in 2019?"
    text = "The revenue was 31 million kroner in 2019."
    named = hit(text, document="Halden Paper annual report", heading="Results")
    assert extract(question, number_hits([named]))
    assert not extract(question, number_hits([hit(text, document="Other annual report")]))


def test_a_pronoun_is_quoted_with_the_sentence_it_speaks_of() -> None:
    assert answer("When was the bridge painted green?", BRIDGE) == [
        "The bridge over the Tista is 210 metres long.",
        "It was painted green in 1998.",
    ]


def test_sentences_come_in_reading_order() -> None:
    sentences = answer("When was the Halden factory opened and sold?", FACTORY)
    assert sentences[0].startswith("The Halden factory was opened")
    assert sentences[-1].startswith("In 1975")


def test_the_same_sentence_of_two_documents_is_quoted_once() -> None:
    sentence = "The Halden factory was opened in 1911 by Ingrid Solberg."
    assert answer("Who opened the Halden factory?", sentence, sentence) == [sentence]


def test_line_breaks_are_folded_in_the_answer_and_kept_in_the_quote() -> None:
    text = "The Halden fac-\ntory was opened in 1911\nby Ingrid Solberg."
    (statement,) = extract("Who opened the Halden factory?", number_hits([hit(text)]))
    assert statement.text == "The Halden factory was opened in 1911 by Ingrid Solberg."
    assert statement.evidence[0].quote == text


def test_markup_of_a_document_is_not_active_in_the_answer() -> None:
    text = "The Halden factory ![x](https://evil.example/?q=1) was opened by [Ingrid](https://e.example)."
    (statement,) = extract("Who opened the Halden factory?", number_hits([hit(text)]))
    assert statement.text == "The Halden factory was opened by Ingrid."
    assert statement.evidence[0].quote == text


def test_a_table_is_quoted_by_the_line() -> None:
    rows = "\n".join(f"item {number} sold {number * 7} pieces" for number in range(1, 60))
    (statement, *_) = extract("How many pieces of item 42 sold?", number_hits([hit(rows)]))
    assert len(statement.text) < 100


def test_chinese_is_answered() -> None:
    assert answer("哈尔登工厂是谁创办的?", "哈尔登工厂由索尔伯格于1911年创办。它生产纸张。")[:1] == [
        "哈尔登工厂由索尔伯格于1911年创办。"
    ]


@given(st.lists(st.text(alphabet="The moon raises tides. \n?!1", max_size=120), max_size=8))
def test_answers_are_short_and_their_quotes_are_slices(texts: list[str]) -> None:
    statements = extract("What raises the tides?", number_hits([hit(t, n) for n, t in enumerate(texts, 1)]))
    assert len(statements) <= MOST_QUOTED
    for statement in statements:
        assert statement.verdict == "supported"
        for evidence in statement.evidence:
            assert evidence.quote == evidence.passage.hit.text[evidence.start : evidence.end] != ""


def test_the_topic_of_a_follow_up_need_not_be_repeated() -> None:
    output = "How many workers did the factory employ (Napoleon opera Mongolia patients)?"
    passages = number_hits(found(output, (FACTORY, BRIDGE)).hits)
    assert extract(output, passages) == []
    assert extract(output, passages, "How many workers did the factory employ?")
