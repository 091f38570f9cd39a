"""Decides what of a generated draft may stand as the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ragapp.answering.attribution import Support, attribute
from ragapp.answering.claims import Claim, read_claims
from ragapp.answering.passages import Passage
from ragapp.answering.prompt import denies
from ragapp.answering.statements import Evidence, Statement
from ragapp.types import Verdict

WROTE_NOTHING = "The documents are quoted because the model wrote nothing."
NOT_SUPPORTED = "What the model wrote is left out because the documents do not support it."


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A draft after the check: its `statements` with their evidence; none when the model says that the
    documents do not answer.

    `rejected` says why they cannot stand as the answer, if so. `dropped` lists what was left out and why.
    """

    statements: tuple[Statement, ...]
    rejected: str | None
    dropped: tuple[str, ...]


CellCheck = Callable[[str, Sequence[Passage]], tuple[Verdict, tuple[Evidence, ...]] | None]
"""What the cells of the passages' tables say to the numbers of a claim, with those that support it; None when
no table has what it names."""


def check_draft(
    text: str,
    shown: Sequence[Passage],
    *,
    strict: bool,
    refused: bool,
    by_cells: CellCheck | None = None,
    support: Support | None = None,
) -> CheckedDraft:
    """Attributes each sentence to the span of the passages that supports it, by words or by `support`.

    `strict` drops what is not fully supported. `refused` says that the documents' own sentences gave no
    answer. Numbers that a sentence takes from tables are compared `by_cells`.
    """
    claims = read_claims(text)
    if claims and denies(claims[0].text):
        return CheckedDraft((), None, ())
    passages = {passage.number: passage for passage in shown}
    attributed = [_compared(attribute(claim, passages, support), shown, by_cells) for claim in claims]
    kept = _fully_supported(attributed) if strict else attributed
    dropped = [reason for claim in claims for reason in _unknown_numbers(claim, passages)]
    dropped += [f"{one.verdict}: {one.text}" for one in attributed if one not in kept]
    rejected = None if strict and claims else _rejection(kept, refused=refused)
    if rejected is not None:
        dropped += [f"{one.verdict}: {one.text}" for one in kept]
    return CheckedDraft(tuple(kept), rejected, tuple(dropped))


def _compared(statement: Statement, shown: Sequence[Passage], by_cells: CellCheck | None) -> Statement:
    """The statement by what the cells say. Prose that supports it fully stands, whatever tables have."""
    judged = by_cells(statement.text, shown) if by_cells and statement.verdict != "no_claim" else None
    if judged is None or (statement.verdict == "supported" and not _from_rows(statement)):
        return statement
    verdict, cells = judged
    return replace(statement, verdict=verdict, evidence=cells)


def _from_rows(statement: Statement) -> bool:
    """Whether what supports a statement are rows of tables."""
    return any(" | " in evidence.quote for evidence in statement.evidence)


def _fully_supported(statements: Sequence[Statement]) -> list[Statement]:
    """The fully supported sentences with the headings and lead-ins around them; none if no sentence is."""
    kept = [one for one in statements if one.verdict in {"supported", "no_claim"}]
    return kept if any(one.verdict == "supported" for one in kept) else []


def _unknown_numbers(claim: Claim, passages: dict[int, Passage]) -> list[str]:
    return [f"[{number}], which is no passage" for number in claim.passages if number not in passages]


def _rejection(statements: Sequence[Statement], *, refused: bool) -> str | None:
    """Why the statements cannot stand as the answer; None when they can.

    When the documents' own sentences gave no answer, only a fully supported one may stand: small models tend
    to answer such a question with an invention among true sentences.
    """
    if not statements:
        return WROTE_NOTHING
    supported = [one.verdict == "supported" for one in statements if one.verdict != "no_claim"]
    has_evidence = any(statement.evidence for statement in statements)
    return None if has_evidence and (all(supported) or not refused) else NOT_SUPPORTED
