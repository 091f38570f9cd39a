"""Answering a question as one LangChain Runnable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import asdict
from typing import Protocol

from langchain_core.runnables import Runnable, RunnableGenerator
from langchain_core.runnables.utils import AddableDict

from ragapp.types import AskEvent, AskMode, AskQuery


class AnswersQuestions(Protocol):
    """The part of a service or client that the chain uses."""

    def ask(self, query: AskQuery) -> Iterator[AskEvent]: ...


def answer_chain(
    service: AnswersQuestions,
    *,
    collection: str = "default",
    k: int = 8,
    mode: AskMode = "auto",
    filters: Mapping[str, str] | None = None,
) -> Runnable[str, AddableDict]:
    """A chain from a question to the fields of an Answer, including its citations.

    Streaming yields `{"evidence": …}` first (an answer made of quoted sentences), then `{"draft": …}` for
    each unchecked piece that a model writes, and last the fields of the answer. Invoking returns all of them.
    """

    def events(question: str) -> Iterator[AskEvent]:
        return service.ask(AskQuery(question, collection=collection, k=k, mode=mode, filters=filters or {}))

    def pieces(questions: Iterator[str]) -> Iterator[AddableDict]:
        for event in events("".join(questions)):
            yield _piece(event)

    async def pieces_from_thread(questions: AsyncIterator[str]) -> AsyncIterator[AddableDict]:
        coming = iter(await asyncio.to_thread(events, "".join([part async for part in questions])))
        while (event := await asyncio.to_thread(next, coming, None)) is not None:
            yield _piece(event)

    return RunnableGenerator(pieces, pieces_from_thread, name="ragapp")


def _piece(event: AskEvent) -> AddableDict:
    if event.answer is None:
        return AddableDict(draft=event.text)
    fields = asdict(event.answer)
    return AddableDict(evidence=fields) if event.kind == "evidence" else AddableDict(fields)
