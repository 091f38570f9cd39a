"""Answers as text: the offsets of citation markers, and notes on unsupported sentences."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ragapp.answering.statements import Statement, numbered, written
from ragapp.api.answer_text import cited_text, sources
from ragapp.types import Answer, CacheDecision, Citation, Sentence, Verdict

VERDICTS: tuple[Verdict, ...] = ("supported", "partial", "unsupported")
SENTENCES = st.lists(
    st.tuples(
        st.text(st.sampled_from("ab .[1]\n"), min_size=1, max_size=12),
        st.sampled_from(VERDICTS),
        st.lists(st.integers(1, 12), max_size=3, unique=True).map(tuple),
        st.booleans(),
    ),
    max_size=6,
)


def citation(number: int) -> Citation:
    return Citation(number, f"d{number}", f"report {number}.pdf", 1, number, 0, 5, "quote")


def answer_of(text: str, sentences: tuple[Sentence, ...], notice: str | None = None) -> Answer:
    numbers = sorted({number for sentence in sentences for number in sentence.citations})
    return Answer(
        question="Why?",
        standalone_question="Why?",
        answer=text,
        refused=not sentences,
        mode="extractive",
        model="extractive",
        sentences=sentences,
        citations=tuple(map(citation, numbers)),
        hits=(),
        cache=CacheDecision("miss", ""),
        timings_ms={},
        answer_id="a",
        notice=notice,
    )


@given(SENTENCES)
def test_markers_are_at_their_offsets(
    given_sentences: list[tuple[str, Verdict, tuple[int, ...], bool]],
) -> None:
    sentences = tuple(Sentence(text, verdict, numbers) for text, verdict, numbers, _ in given_sentences)
    statements = [Statement(text, verdict, (), new_line) for text, verdict, _, new_line in given_sentences]
    cited = cited_text(answer_of(written(statements, sentences), sentences))
    assert [cited.text[mark.start : mark.end] for mark in cited.marks] == [
        f"[{number}]" for sentence in sentences for number in sentence.citations
    ]
    assert [mark.verdict for mark in cited.marks] == [
        sentence.verdict for sentence in sentences for _ in sentence.citations
    ]


def test_an_answer_without_sentences_has_no_marks() -> None:
    assert numbered([], lambda *_: 1) == ((), ())
    assert cited_text(answer_of("The documents do not say.", ())).text == "The documents do not say."


def test_unsupported_sentences_are_marked() -> None:
    sentences = (
        Sentence("It rains.", "supported", (1,)),
        Sentence("It snows.", "partial", (2,)),
        Sentence("It thaws.", "unsupported", ()),
    )
    output = cited_text(answer_of("It rains. [1] It snows. [2]\nIt thaws.", sentences)).text
    assert output == (
        "It rains. [1] It snows. [2] (partly supported)\nIt thaws. (not supported by the documents)"
    )


def test_sources_name_document_and_page_and_end_with_the_notice() -> None:
    answer = answer_of("It rains. [3]", (Sentence("It rains.", "supported", (3,)),), "Not all is read yet.")
    assert sources(answer) == ("Sources:\n- [3] report 3.pdf, page 3: “quote”\n\nNote: Not all is read yet.")
    assert sources(answer_of("The documents do not say.", ())) == ""


def test_sources_contain_no_active_markup() -> None:
    hostile = replace(
        citation(1),
        document_name="![x](https://evil.example/a.png)\n[b]: https://evil.example",
        quote="see <img src=x> [here](https://evil.example) https://evil.example/?q=secret\n\n# Heading",
    )
    answer = answer_of("It rains. [1]", (Sentence("It rains.", "supported", (1,)),))
    output = sources(replace(answer, citations=(hostile,)))
    assert "://" not in output
    assert "](" not in output
    assert "<img" not in output
    assert len(output.splitlines()) == 2
