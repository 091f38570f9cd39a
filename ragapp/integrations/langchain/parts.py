"""The parts of the chain: the prompt with numbered passages, and the check of a model's answer to it.

Any chat model goes between them. Passages are numbered in the order of the Documents, so both parts must be
given the same Documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import Any, Protocol, TypedDict

from langchain_core.documents import Document
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.prompt_values import ChatPromptValue
from langchain_core.runnables import Runnable, RunnableLambda

from ragapp.answering.attribution import attribute
from ragapp.answering.claims import read_claims
from ragapp.answering.passages import Passage, number_hits
from ragapp.answering.prompt import BYTES_PER_TOKEN, DO_NOT_SAY, build_prompt, denies
from ragapp.answering.statements import numbered, written
from ragapp.integrations.langchain.retriever import hit_of
from ragapp.types import ParsedText


class ReadsDocuments(Protocol):
    """The part of a service or client that the check of an answer uses."""

    def document_text(self, document_id: str, version: int | None = None) -> ParsedText: ...


class PromptInput(TypedDict):
    """The input of the prompt: a question, and Documents of the retriever."""

    question: str
    documents: list[Document]


class WrittenAnswer(TypedDict):
    """The input of the check: a model's text, and the Documents that its markers `[n]` refer to."""

    written: str
    documents: list[Document]


class CheckedAnswer(TypedDict):
    """An answer with the fields of `ragapp.types.Answer`: sentences with verdicts, citations as spans."""

    answer: str
    refused: bool
    sentences: list[dict[str, Any]]
    citations: list[dict[str, Any]]


def passages_prompt(max_tokens: int = 600) -> Runnable[PromptInput, ChatPromptValue]:
    """The best sentences of the Documents as numbered passages, in about `max_tokens`, then the question."""

    def prompt(given: PromptInput) -> ChatPromptValue:
        passages = _passages(given["documents"])
        built = build_prompt(given["question"], passages, max_tokens * BYTES_PER_TOKEN)
        return ChatPromptValue(messages=[SystemMessage(built.system), HumanMessage(built.text)])

    return RunnableLambda(prompt, name="ragapp_prompt")


def check_citations(service: ReadsDocuments) -> Runnable[WrittenAnswer, CheckedAnswer]:
    """Attributes each sentence to the span that supports it, drops invalid markers, and adds verdicts.

    Reads the texts of the documents from `service` to find the page of each span. Raises NotFoundError when a
    document has been deleted.
    """

    def check(given: WrittenAnswer) -> CheckedAnswer:
        passages = {passage.number: passage for passage in _passages(given["documents"])}
        claims = read_claims(given["written"])
        denied = bool(claims) and denies(claims[0].text)
        statements = [] if denied else [attribute(claim, passages) for claim in claims]
        text_of = cache(service.document_text)
        sentences, citations = numbered(
            statements, lambda document_id, version, at: text_of(document_id, version).page_at(at)
        )
        return CheckedAnswer(
            answer=written(statements, sentences) or DO_NOT_SAY,
            refused=not statements,
            sentences=[asdict(sentence) for sentence in sentences],
            citations=[asdict(citation) for citation in citations],
        )

    return RunnableLambda(check, name="ragapp_citations")


def _passages(documents: Sequence[Document]) -> tuple[Passage, ...]:
    return number_hits([hit_of(document) for document in documents])
