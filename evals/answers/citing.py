"""Whether citations support what they stand at (ALCE), and whether they point at the gold evidence.

Gao et al., "Enabling Large Language Models to Generate Text with Citations", EMNLP 2023, section 3.
ALCE asks an entailment model whether a text supports a sentence; here ragapp's own verifier is asked
(`ragapp.answering.groundedness.check`), and only `supported` counts. An extractive answer scores 1 unless a
citation broke; what it leaves open, the metrics against gold evidence tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from evals.answers.types import GoldEvidence
from ragapp.answering.groundedness.check import groundedness
from ragapp.types import Answer, Citation


def alce(answer: Answer) -> dict[str, float]:
    """Citation recall and precision of one answer that has sentences, each a mean as in ALCE.

    Recall: the share of sentences that their citations support together. Precision: the share of
    citations that stand at such a sentence and are of use to it. A citation is of no use when it does not
    support the sentence alone and the others support it without it.
    """
    quotes = {citation.number: citation.quote for citation in answer.citations}
    useful = cited = recalled = 0
    for sentence in answer.sentences:
        own = [quotes[number] for number in sentence.citations]
        supported = _supports(own, sentence.text)
        recalled += supported
        cited += len(own)
        useful += sum(supported and _is_of_use(place, own, sentence.text) for place in range(len(own)))
    return {
        "citation_recall": recalled / len(answer.sentences),
        "citation_precision": useful / cited if cited else 0.0,
    }


def against_gold(
    citations: Sequence[Citation], evidence: Sequence[GoldEvidence], ids: Mapping[str, str]
) -> dict[str, float]:
    """Recall and precision at each level that the gold evidence specifies: document, page or span.

    Recall is 1 if any citation hits any evidence; a span must be covered in full. Precision is the share of
    citations that hit; it is left out for spans, and when there are no citations. `ids` maps ragapp's
    document ids to the dataset's.
    """
    scores = {}
    for level, golds in _levels(evidence).items():
        hits = [any(_hits(level, ids[one.document_id], one, gold) for gold in golds) for one in citations]
        scores[f"{level}_recall"] = float(any(hits))
        if hits and level != "span":  # a sentence next to the span may still answer the question
            scores[f"{level}_precision"] = sum(hits) / len(hits)
    return scores


def _supports(quotes: Sequence[str], sentence: str) -> bool:
    return groundedness(sentence, quotes) == "supported"


def _is_of_use(place: int, quotes: Sequence[str], sentence: str) -> bool:
    others = [quote for at, quote in enumerate(quotes) if at != place]
    return _supports([quotes[place]], sentence) or not _supports(others, sentence)


def _levels(evidence: Iterable[GoldEvidence]) -> dict[str, list[GoldEvidence]]:
    """The evidence by the levels at which it can be hit."""
    levels: dict[str, list[GoldEvidence]] = {}
    for one in evidence:
        levels.setdefault("document", []).append(one)
        if one.page is not None:
            levels.setdefault("page", []).append(one)
        if one.start is not None:
            levels.setdefault("span", []).append(one)
    return levels


def _hits(level: str, document: str, citation: Citation, gold: GoldEvidence) -> bool:
    if document != gold.document:
        return False
    if level == "page":
        return citation.page == gold.page
    if level == "span" and gold.start is not None and gold.end is not None:
        return citation.start <= gold.start and gold.end <= citation.end
    return True
