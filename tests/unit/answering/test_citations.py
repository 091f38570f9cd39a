"""Claims are attributed to spans, and citations are numbered."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragapp.answering.attribution import attribute
from ragapp.answering.claims import Claim
from ragapp.answering.passages import Passage, number_hits
from ragapp.answering.statements import Evidence, Statement, numbered, written
from tests.unit.answering.hits import OFFSET, hit, page_at

TIDES = (
    "The sea is salt. The moon raises the tides twice a day. "
    "Ships wait for high water. Gulls wait for low water."
)
BREAD = "Yeast makes dough rise. It turns sugar into carbon dioxide. Bakers keep it warm."
PASSAGES = {passage.number: passage for passage in number_hits([hit(TIDES, 1), hit(BREAD, 2)])}


def bound(text: str, *numbers: int) -> Statement:
    return attribute(Claim(text, numbers, new_line=False), PASSAGES)


def quotes(statement: Statement) -> list[str]:
    return [evidence.quote for evidence in statement.evidence]


def test_the_citation_is_the_sentence_that_supports_the_claim() -> None:
    statement = bound("Twice a day the moon raises tides.", 1)
    assert statement.verdict == "supported"
    assert quotes(statement) == ["The moon raises the tides twice a day."]


def test_a_claim_that_joins_two_sentences_is_given_both() -> None:
    statement = bound("Yeast turns sugar into carbon dioxide, which makes dough rise.", 2)
    assert statement.verdict == "supported"
    assert quotes(statement) == ["Yeast makes dough rise. It turns sugar into carbon dioxide."]


def test_a_number_that_no_passage_has_is_dropped() -> None:
    assert quotes(bound("Gulls wait for low water.", 7, 1, 99)) == ["Gulls wait for low water."]


def test_a_wrong_number_is_put_right() -> None:
    assert quotes(bound("Gulls wait for low water.", 2)) == ["Gulls wait for low water."]


def test_a_forgotten_number_is_found() -> None:
    assert quotes(bound("Bakers keep it warm.")) == ["Bakers keep it warm."]


def test_an_invention_keeps_no_citation() -> None:
    statement = bound("Whales sleep in winter.", 1, 2)
    assert (statement.verdict, statement.evidence) == ("unsupported", ())


def test_a_claim_from_two_passages_cites_both() -> None:
    statement = bound("Ships wait for high water.", 1, 2)
    assert quotes(statement) == ["Ships wait for high water."]
    joint = bound("Ships wait for high water and bakers keep yeast dough warm.", 1, 2)
    assert len(joint.evidence) == 2


def whole(passage: Passage) -> Evidence:
    return Evidence(passage, 0, len(passage.hit.text))


@given(st.lists(st.lists(st.integers(1, 50), max_size=4), max_size=60))
def test_numbers_count_from_1_in_order_of_appearance_up_to_k_50(cited: list[list[int]]) -> None:
    passages = number_hits([hit(f"Text {place}.", place) for place in range(1, 51)])
    statements = [
        Statement(f"Sentence {at}.", "supported", tuple(whole(passages[n - 1]) for n in numbers))
        for at, numbers in enumerate(cited)
    ]
    sentences, citations = numbered(statements, page_at)
    order = list(dict.fromkeys(n for numbers in cited for n in numbers))
    assert [citation.number for citation in citations] == list(range(1, len(order) + 1))
    assert [citation.document_id for citation in citations] == [f"document-{n}" for n in order]
    for sentence, numbers in zip(sentences, cited, strict=True):
        assert sentence.citations == tuple(dict.fromkeys(order.index(n) + 1 for n in numbers))


@given(st.text(alphabet="abc DE.\n!?,1", min_size=1, max_size=200), st.text(alphabet="abc DE.1", max_size=60))
def test_every_quote_is_the_text_at_its_span(text: str, claim: str) -> None:
    document = "x" * OFFSET + text
    passages = {passage.number: passage for passage in number_hits([hit(text)])}
    _, citations = numbered([attribute(Claim(claim, (1,), new_line=False), passages)], page_at)
    for citation in citations:
        assert citation.quote == document[citation.start : citation.end]
        assert citation.quote.strip()


def test_the_page_is_that_of_the_quote_and_not_of_the_hit() -> None:
    late = TIDES + " " + "Nothing happens here. " * 3 + "The lighthouse is red."
    passage = number_hits([hit(late)])[0]
    statement = attribute(Claim("The lighthouse is red.", (1,), new_line=False), {1: passage})
    _, (citation,) = numbered([statement], page_at)
    assert (passage.hit.page, citation.page) == (1, 2)


def test_the_answer_carries_its_markers_behind_each_sentence() -> None:
    one, two = (whole(passage) for passage in PASSAGES.values())
    statements = [
        Statement("Both.", "supported", (two, one)),
        Statement("- None.", "unsupported", (), new_line=True),
        Statement("Again.", "supported", (one,)),
    ]
    sentences, _ = numbered(statements, page_at)
    assert written(statements, sentences) == "Both. [1][2]\n- None. Again. [2]"
