"""ALCE's precision and recall, and citations against gold evidence."""

from __future__ import annotations

from evals.answers.citing import against_gold, alce
from evals.answers.types import GoldEvidence
from ragapp.types import Answer, CacheDecision, Citation, Sentence

HARBOUR = "The harbour was built in 1862 by Ada Thornton."
HERONS = "Herons fish at dusk near the old pier."


def citation(number: int, quote: str, *, page: int = 1, start: int = 0) -> Citation:
    return Citation(number, "d", "tides.txt", 1, page, start, start + len(quote), quote)


def answer(sentences: list[Sentence], citations: list[Citation]) -> Answer:
    return Answer(
        question="q",
        standalone_question="q",
        answer=" ".join(sentence.text for sentence in sentences),
        refused=False,
        mode="generate",
        model="m",
        sentences=tuple(sentences),
        citations=tuple(citations),
        hits=(),
        cache=CacheDecision("bypass", ""),
        timings_ms={},
        answer_id="a",
    )


def test_a_supported_sentence_scores_in_full() -> None:
    found = alce(answer([Sentence(HARBOUR, "supported", (1,))], [citation(1, HARBOUR)]))
    assert found == {"citation_recall": 1.0, "citation_precision": 1.0}


def test_a_citation_that_adds_nothing_costs_precision() -> None:
    cited = [citation(1, HARBOUR), citation(2, HERONS)]
    found = alce(answer([Sentence(HARBOUR, "supported", (1, 2))], cited))
    assert found == {"citation_recall": 1.0, "citation_precision": 0.5}


def test_quotes_that_support_only_together_are_both_of_use() -> None:
    claim = "Ada Thornton built the harbour in 1862 and herons fish at dusk near the old pier."
    cited = [citation(1, HARBOUR), citation(2, HERONS)]
    found = alce(answer([Sentence(claim, "supported", (1, 2))], cited))
    assert found == {"citation_recall": 1.0, "citation_precision": 1.0}


def test_the_shown_verdict_is_not_trusted() -> None:
    false = Sentence("The harbour was built in 1962 by Ada Thornton.", "supported", (1,))
    bare = Sentence(HERONS, "unsupported", ())
    found = alce(answer([false, bare], [citation(1, HARBOUR)]))
    assert found == {"citation_recall": 0.0, "citation_precision": 0.0}


def test_levels_that_the_gold_evidence_lacks_are_not_scored() -> None:
    found = against_gold([citation(1, HARBOUR)], [GoldEvidence("doc")], {"d": "doc"})
    assert found == {"document_recall": 1.0, "document_precision": 1.0}


def test_a_span_must_be_covered_in_full() -> None:
    cited = [citation(1, HARBOUR, start=10)]
    inside = GoldEvidence("doc", start=12, end=20)
    beyond = GoldEvidence("doc", start=12, end=11 + len(HARBOUR))
    assert against_gold(cited, [inside], {"d": "doc"})["span_recall"] == 1.0
    assert against_gold(cited, [beyond], {"d": "doc"})["span_recall"] == 0.0


def test_pages_of_another_document_do_not_count() -> None:
    cited = [citation(1, HARBOUR, page=3), citation(2, HERONS, page=4)]
    gold = [GoldEvidence("doc", page=3), GoldEvidence("other", page=4)]
    found = against_gold(cited, gold, {"d": "doc"})
    assert (found["page_recall"], found["page_precision"]) == (1.0, 0.5)


def test_without_citations_recall_is_zero_and_precision_undefined() -> None:
    assert against_gold([], [GoldEvidence("doc", page=3)], {}) == {"document_recall": 0.0, "page_recall": 0.0}
