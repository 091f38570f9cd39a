"""Exported answers are complete and contain no active markup."""

from __future__ import annotations

from dataclasses import replace

from markdown_it import MarkdownIt

from ragapp.types import Answer, CacheDecision, Citation, Sentence
from ui.ask.export import answer_markdown, bibliography, conversation_markdown, file_name

CITATION = Citation(1, "d1", "harbour.pdf", 3, 12, 40, 60, "It was built in 1862.")
ANSWER = Answer(
    question="When was it built?",
    standalone_question="When was the harbour built?",
    answer="In 1862. [1] It is old.",
    refused=False,
    mode="extractive",
    model="extractive",
    sentences=(Sentence("In 1862.", "supported", (1,)), Sentence("It is old.", "unsupported", ())),
    citations=(CITATION,),
    hits=(),
    cache=CacheDecision("miss", "new"),
    timings_ms={},
    answer_id="a1",
)
HOSTILE = "![x](http://evil.example/x.png) <img src=http://evil.example> [y](javascript:a) `z` \u202e *b*"


def test_markdown_has_the_markers_their_sources_and_the_doubts() -> None:
    text = answer_markdown(ANSWER)
    assert "**When was it built?**" in text
    assert "In 1862. [1]" in text
    assert "It is old. *(not supported)*" in text
    assert "1. harbour.pdf, page 12: “It was built in 1862.”" in text


def test_a_bibliography_has_an_entry_for_each_source() -> None:
    text = bibliography([CITATION])
    assert "@misc{source1," in text
    assert "title = {harbour.pdf}" in text
    assert "characters 40--60" in text


def test_text_of_others_stays_plain_characters() -> None:
    citation = replace(CITATION, document_name=HOSTILE, quote=HOSTILE)
    sentence = Sentence(HOSTILE, "supported", (1,))
    answer = replace(ANSWER, question=HOSTILE, sentences=(sentence,), citations=(citation,))
    html = MarkdownIt("commonmark", {"html": True}).render(conversation_markdown(HOSTILE, [answer]))
    assert "<img" not in html
    assert "<a" not in html
    assert "<code" not in html
    assert "\u202e" not in html
    assert "{\\char" in bibliography([replace(citation, document_name="\\input{/etc/passwd}")])


def test_a_refusal_is_exported_as_its_text() -> None:
    refused = replace(ANSWER, refused=True, answer="The documents do not say.", sentences=(), citations=())
    assert "The documents do not say." in answer_markdown(refused)


def test_file_names_are_plain() -> None:
    assert file_name("../When? wäs: it\n", ".md") == "when-w-s-it.md"
    assert file_name("???", ".md") == "conversation.md"
