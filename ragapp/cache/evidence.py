"""Whether an answer would find today the evidence that it was made from. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

from ragapp.types import Citation, Hit

EvidenceChange = Literal["citation", "newcomer"]


def cited_chunks(citations: Sequence[Citation], hits: Sequence[Hit]) -> tuple[str, ...] | None:
    """The id of the hit behind each citation; None when one has none.

    A citation may reach beyond its hit, because a passage is read with what stands around it: the nearest
    hit of the same document version is the one it came with.
    """
    chunks = []
    for citation in citations:
        near = [hit for hit in hits if _version(hit) == _version(citation)]
        if not near:
            return None
        chunks.append(min(near, key=lambda hit: _distance(hit, citation)).chunk_id)
    return tuple(dict.fromkeys(chunks))


def evidence_change(
    evidence: Sequence[str], hits: Sequence[Hit], newcomers: AbstractSet[tuple[str, int]]
) -> EvidenceChange | None:
    """Why an answer that cites the chunks `evidence` no longer stands on `hits`; None when it does.

    `citation`: a cited chunk is not among the hits. A chunk's id binds document version, span and text, so
    a changed, deleted or forbidden one never is. `newcomer`: a hit is of a (document id, version) that
    came after the answer.
    """
    if not set(evidence) <= {hit.chunk_id for hit in hits}:
        return "citation"
    if any(_version(hit) in newcomers for hit in hits):
        return "newcomer"
    return None


def _version(one: Hit | Citation) -> tuple[str, int]:
    return one.document_id, one.version


def _distance(hit: Hit, citation: Citation) -> int:
    """Characters between the two; 0 or less when they overlap."""
    return max(hit.start - citation.end, citation.start - hit.end)
