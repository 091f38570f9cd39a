"""What of a model's text may stand as the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragapp.answer.citations import bind
from ragapp.answer.markers import Claim, read_claims
from ragapp.answer.passages import Passage
from ragapp.answer.prompt import denies
from ragapp.answer.statements import Statement

WROTE_NOTHING = "The documents are quoted because the model wrote nothing."
NOT_SUPPORTED = "What the model wrote is left out because the documents do not support it."


@dataclass(frozen=True, slots=True)
class Checked:
    """`statements` with their evidence; none when the model says that the documents do not answer.

    `failing` says why they cannot stand, `dropped` what was left out of the text and why.
    """

    statements: tuple[Statement, ...]
    failing: str | None
    dropped: tuple[str, ...]


def check(text: str, shown: Sequence[Passage], *, strict: bool, refused: bool) -> Checked:
    """Ties each sentence to the span of the passages that bears it.

    `strict` drops what is not supported in full. `refused`: the documents' own sentences gave no answer.
    """
    claims = read_claims(text)
    if claims and denies(claims[0].text):
        return Checked((), None, ())
    passages = {passage.number: passage for passage in shown}
    bound = [bind(claim, passages) for claim in claims]
    dropped = [told for claim in claims for told in _unknown(claim, passages)]
    kept = _supported(bound) if strict else bound
    dropped += [f"{one.verdict}: {one.text}" for one in bound if one not in kept]
    failing = None if strict and claims else _failing(kept, refused=refused)
    if failing is not None:
        dropped += [f"{one.verdict}: {one.text}" for one in kept]
    return Checked(tuple(kept), failing, tuple(dropped))


def _supported(statements: Sequence[Statement]) -> list[Statement]:
    """What is supported in full, with the headings and lead-ins around it; nothing when that is all."""
    kept = [one for one in statements if one.verdict in {"supported", "no_claim"}]
    return kept if any(one.verdict == "supported" for one in kept) else []


def _unknown(claim: Claim, passages: dict[int, Passage]) -> list[str]:
    return [f"[{number}], which is no passage" for number in claim.passages if number not in passages]


def _failing(statements: Sequence[Statement], *, refused: bool) -> str | None:
    """Why the statements cannot stand as the answer; None when they can.

    Where the documents' own sentences gave no answer, only one that is supported throughout may stand:
    small models like to answer such a question with an invention among true sentences.
    """
    if not statements:
        return WROTE_NOTHING
    supported = [one.verdict == "supported" for one in statements if one.verdict != "no_claim"]
    borne = [bool(statement.evidence) for statement in statements]
    return None if ((all(supported) and any(borne)) if refused else any(borne)) else NOT_SUPPORTED
