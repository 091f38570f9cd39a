"""Generated text is checked before it becomes the answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragapp.answering.prompt import DO_NOT_SAY
from ragapp.errors import NotFoundError
from ragapp.types import Ending
from tests.unit.answering.hits import searched
from tests.unit.answering.scripts import (
    MOON,
    QUESTION,
    TEXTS,
    Script,
    answering,
    events,
    final,
    last,
)


@pytest.mark.parametrize("written", ["Whales sleep in winter [1].", "The moon does not raise the tides [1]."])
def test_what_the_documents_do_not_support_is_not_the_answer(written: str) -> None:
    answer = final(Script([written]))
    assert answer.mode == "extractive"
    assert written not in answer.answer
    assert "do not support" in (answer.notice or "")


def test_an_unsupported_sentence_among_supported_ones_is_marked_and_has_no_citation() -> None:
    answer = final(Script(["The moon raises the tides twice a day [1]. Whales sleep in winter [1]."]))
    assert [(s.verdict, s.citations) for s in answer.sentences] == [("supported", (1,)), ("unsupported", ())]


def test_a_refusal_is_only_overruled_by_an_answer_that_is_supported_throughout() -> None:
    question = "Who composed the opera about Napoleon?"
    half_true = Script(["Whales composed it [1]. The moon raises the tides twice a day [1]."])
    true = Script(["The moon raises the tides twice a day [1]."])
    for script, mode in ((half_true, "extractive"), (true, "generate")):
        events = answering(script).answer(searched(question, TEXTS))
        answer = list(events)[-1].answer
        assert answer is not None
        assert answer.mode == mode
        assert answer.refused == (mode == "extractive")


def test_a_denial_is_a_refusal_that_keeps_the_hits() -> None:
    answer = final(Script(["I don't know [1]."]))
    assert (answer.refused, answer.answer, answer.citations) == (True, DO_NOT_SAY, ())
    assert len(answer.hits) == 3
    assert answer.mode == "generate"


def test_markers_inside_a_passage_count_for_nothing() -> None:
    answer = final(None, texts=(TEXTS[2],))
    (citation,) = answer.citations
    assert citation.document_id == "document-1"
    assert citation.quote == "As passage [2] proves [2], whales raise the tides [1]."


def test_hostile_output_shows_neither_image_nor_link_nor_unknown_marker() -> None:
    hostile = "The moon raises the tides twice a day ![x](https://evil.example/?q=1) [1][77]. <img src=x>"
    stream = events(Script([hostile[at : at + 3] for at in range(0, len(hostile), 3)]))
    answer = stream[-1].answer
    assert answer is not None
    assert answer.answer == "The moon raises the tides twice a day. [1]"
    streamed = "".join(event.text for event in stream)
    assert not any(mark in streamed for mark in ("](", "![", "<img", "://", "[1]", "[77]"))


def test_a_document_deleted_while_the_model_writes_is_not_cited() -> None:
    deleted: set[str] = set()

    def page_of_what_is_left(document_id: str, version: int, offset: int) -> int:
        if document_id in deleted:
            raise NotFoundError("It is gone.")
        return 1

    answerer = answering(Script(["The moon raises the tides twice a day [1]."]), page_at=page_of_what_is_left)
    stream = answerer.answer(searched(QUESTION, TEXTS))
    assert next(stream).kind == "evidence"
    deleted.add("document-1")
    answer = list(stream)[-1].answer
    assert answer is not None
    assert "document-1" not in {citation.document_id for citation in answer.citations}
    assert "document-1" not in {hit.document_id for hit in answer.hits}


def test_what_was_deleted_while_another_asker_was_waited_for_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def page_of_what_is_left(document_id: str, version: int, offset: int) -> int:
        if document_id == "document-2":
            raise NotFoundError("It is gone.")
        return 1

    monkeypatch.setattr("ragapp.answering.answerer.FRESH_SECONDS", 0.0)
    stream = answering(None, page_at=page_of_what_is_left).answer(searched(QUESTION, TEXTS))
    evidence = next(stream).answer
    assert evidence is not None
    assert [hit.document_id for hit in evidence.hits] == ["document-1", "document-3"]


@given(
    st.lists(st.sampled_from((*TEXTS[0].split(), "[1]", "[2]", "[3]", "[50]", "not", ".", "\n")), max_size=30)
)
def test_whatever_is_written_every_quote_is_a_slice_of_its_hit(words: list[str]) -> None:
    answer = final(Script([" ".join(words)]))
    hits = {hit.document_id: hit for hit in answer.hits}
    for citation in answer.citations:
        hit = hits[citation.document_id]
        assert citation.quote == hit.text[citation.start - hit.start : citation.end - hit.start]
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    cited = {number for sentence in answer.sentences for number in sentence.citations}
    assert cited == {citation.number for citation in answer.citations}


WHALES = "Captain Ahab hunts white whales [3]."


def test_strict_drops_unsupported_sentences_and_the_trace_lists_them() -> None:
    marked = last(answering(Script([MOON, " ", WHALES])))
    assert [one.verdict for one in marked.sentences] == ["supported", "unsupported"]
    strict = last(answering(Script([MOON, " ", WHALES]), strict=True))
    assert [one.verdict for one in strict.sentences] == ["supported"]
    assert "Captain Ahab" not in strict.answer
    assert any("Captain Ahab" in dropped for dropped in strict.trace.dropped)


def test_strict_refuses_when_nothing_is_left() -> None:
    answer = last(answering(Script([WHALES]), strict=True))
    assert answer.refused
    assert (answer.answer, answer.citations) == (DO_NOT_SAY, ())
    assert answer.hits
    assert answer.notice is not None


@pytest.mark.parametrize(
    "form",
    [
        "<think>{}</think>\n{}",
        "{}</think>{}",
        "<thought>{}</thought>{}",
        "[THINK]{}[/THINK]{}",
        "<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>{}<|return|>",
    ],
)
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_thinking_is_neither_shown_nor_checked_nor_counted(form: str, size: int) -> None:
    text = form.format("Okay, whales sleep in winter [2]? " * 40, MOON)
    stream = events(Script([text[at : at + size] for at in range(0, len(text), size)]))
    answer = stream[-1].answer
    assert answer is not None
    assert answer.answer == "The moon raises the tides twice a day. [1]"
    assert [one.verdict for one in answer.sentences] == ["supported"]
    assert (answer.trace.dropped, answer.notice) == ((), "Note.")
    assert "whales" not in "".join(event.text for event in stream)


@pytest.mark.parametrize(
    "form", ["<think>{}</think>{}", "{}</think>\n\n{}", "<think>{}</think><answer>{}</answer>"]
)
def test_a_denial_after_thinking_is_seen(form: str) -> None:
    answer = final(Script([form.format("The moon raises the tides twice a day [1].", DO_NOT_SAY)]))
    assert (answer.refused, answer.answer) == (True, DO_NOT_SAY)


def test_a_model_that_only_thinks_wrote_nothing() -> None:
    answer = final(Script(["<think>The moon raises the tides twice a day [1]."], ending="length"))
    assert answer.mode == "extractive"
    assert "wrote nothing" in (answer.notice or "")
    assert "cut off" in (answer.notice or "")


@pytest.mark.parametrize("ending", ["length", "filtered", "interrupted"])
def test_an_answer_that_is_cut_off_says_so(ending: Ending) -> None:
    answer = final(Script([MOON], ending=ending))
    assert (answer.mode, answer.ending) == ("generate", ending)
    assert "cut off" in (answer.notice or "")


@pytest.mark.parametrize("pieces", [[MOON] * 400, [f"{MOON} " * 400], list(f"{MOON} " * 400)])
def test_a_model_that_exceeds_its_tokens_is_stopped_with_a_notice(pieces: list[str]) -> None:
    answer = final(Script(pieces))
    assert answer.ending == "length"
    assert len(answer.answer) < len(MOON) * 200


def test_an_answer_sent_character_by_character_is_whole() -> None:
    text = f"{MOON} Ships wait for high water [1]. Yeast makes dough rise [2]. It turns sugar into gas [2]."
    assert final(Script([*text * 3, "\n"], ending="complete")).ending == "complete"
