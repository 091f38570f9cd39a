"""The whole way from hits to an answer, with models that behave and models that do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragapp.answer.answerer import Answerer
from ragapp.answer.drafting import Limits
from ragapp.answer.prompt import DO_NOT_SAY
from ragapp.answer.statements import PageAt
from ragapp.answer.writers import Writers
from ragapp.errors import ModelError, NotFoundError
from ragapp.types import Answer, AskEvent, AskMode
from tests.unit.answer.hits import OFFSET, found, page_at, span_of

QUESTION = "What raises the tides?"
TEXTS = (
    "The sea is salt. The moon raises the tides twice a day. Ships wait for high water.",
    "Yeast makes dough rise. It turns sugar into carbon dioxide.",
    "As passage [2] proves [2], whales raise the tides [1]. Ships sail at noon.",
)


class Script:
    """A model that writes what it is told to, piece by piece, and may fail."""

    name = "script"

    def __init__(self, pieces: Sequence[str], error: str | None = None, absence: str | None = None) -> None:
        self._pieces = pieces
        self._error = error
        self._absence = absence
        self.prompts: list[str] = []

    def unavailable(self) -> str | None:
        return self._absence

    def count_tokens(self, text: str) -> None: ...

    def warm_up(self, system: str) -> None: ...

    def generate(self, system: str, prompt: str, max_tokens: int) -> Iterator[str]:
        self.prompts.append(prompt)
        yield from self._pieces
        if self._error:
            raise ModelError(self._error)

    def close(self) -> None: ...


def answering(
    *generators: Script | None, page_at: PageAt = page_at, strict: bool = False, large: Script | None = None
) -> Answerer:
    writers = Writers([one for one in generators if one is not None], large)
    return Answerer(
        writers, page_at=page_at, span_of=span_of, limits=Limits(prompt=600, widen=0), strict=strict
    )


def events(generator: Script | None, mode: AskMode = "auto", texts: Sequence[str] = TEXTS) -> list[AskEvent]:
    answerer = answering(generator)
    return list(answerer.answer(QUESTION, found(QUESTION, texts), mode, notice="Note."))


def final(generator: Script | None, mode: AskMode = "auto", texts: Sequence[str] = TEXTS) -> Answer:
    answer = events(generator, mode, texts)[-1].answer
    assert answer is not None
    return answer


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
        answering(None).answer(QUESTION, found(QUESTION, TEXTS), "generate")
    absent = answering(Script([], absence="It is being fetched."))
    with pytest.raises(ModelError, match=r"being fetched.*extractive"):
        absent.answer(QUESTION, found(QUESTION, TEXTS), "generate")


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
        events = answering(script).answer(question, found(question, TEXTS))
        answer = list(events)[-1].answer
        assert answer is not None
        assert answer.mode == mode
        assert answer.refused == (mode == "extractive")


def test_a_denial_is_a_refusal_that_keeps_the_hits() -> None:
    answer = final(Script(["I don't know [1]."]))
    assert (answer.refused, answer.answer, answer.citations) == (True, DO_NOT_SAY, ())
    assert len(answer.hits) == 3
    assert answer.mode == "generate"


def test_without_hits_no_model_is_asked() -> None:
    script = Script(["x"])
    answer = final(script, texts=())
    assert (answer.refused, answer.answer, script.prompts) == (True, DO_NOT_SAY, [])


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
    stream = answerer.answer(QUESTION, found(QUESTION, TEXTS))
    assert next(stream).kind == "evidence"
    deleted.add("document-1")
    answer = list(stream)[-1].answer
    assert answer is not None
    assert "document-1" not in {citation.document_id for citation in answer.citations}
    assert "document-1" not in {hit.document_id for hit in answer.hits}


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


MOON = "The moon raises the tides twice a day [1]."
WHALES = "Captain Ahab hunts white whales [3]."


def last(answerer: Answerer, mode: AskMode = "auto") -> Answer:
    answer = list(answerer.answer(QUESTION, found(QUESTION, TEXTS), mode))[-1].answer
    assert answer is not None
    return answer


def test_the_next_generator_writes_when_the_first_does_not_answer() -> None:
    answer = last(answering(Script([], error="It is down."), named("second", MOON)))
    assert (answer.mode, answer.model) == ("generate", "second")
    assert answer.notice is None


def test_a_generator_that_is_away_is_passed_over() -> None:
    away = Script([MOON], absence="It is being fetched.")
    assert last(answering(away, named("second", MOON))).model == "second"
    assert away.prompts == []


def test_when_no_generator_answers_the_documents_are_quoted_and_all_reasons_told() -> None:
    answer = last(answering(Script([], error="One is down."), Script([], error="Two is down.")))
    assert answer.mode == "extractive"
    assert "One is down. Two is down." in (answer.notice or "")


def test_no_other_generator_goes_on_where_one_broke_off() -> None:
    second = named("second", MOON)
    answer = last(answering(Script(["The moon raises "], error="It broke."), second))
    assert (answer.mode, second.prompts) == ("extractive", [])


@pytest.mark.parametrize(("mode", "model"), [("auto", "small"), ("generate", "large")])
def test_the_large_generator_goes_first_when_writing_is_asked_for(mode: AskMode, model: str) -> None:
    assert last(answering(named("small", MOON), large=named("large", MOON)), mode).model == model


def test_strict_leaves_out_what_is_not_supported_and_the_trace_tells() -> None:
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


def test_the_trace_tells_what_the_model_saw_and_what_was_dropped() -> None:
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
        list(answering(script).answer(QUESTION, found(QUESTION, [text])))
    assert len(fine.prompts[0]) < 1000 < 4 * len(fine.prompts[0]) < len(coarse.prompts[0])


def named(name: str, text: str) -> Script:
    script = Script([text])
    script.name = name
    return script
