"""ragapp inside LangChain, over a service in this process and over a client of a server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from functools import reduce
from operator import add
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import Runnable, RunnablePassthrough
from langchain_tests.integration_tests import RetrieversIntegrationTests

from ragapp.client import RagappClient
from ragapp.errors import NotFoundError
from ragapp.integrations.langchain import (
    RagappRetriever,
    answer_chain,
    check_citations,
    passages_prompt,
)
from ragapp.service import RagService
from ragapp.types import Answer
from tests.serving import Caller

QUESTION = "When does the tide turn?"


@pytest.fixture(params=["service", "client"])
def caller(request: pytest.FixtureRequest, library: RagService, library_url: str) -> Iterator[Caller]:
    if request.param == "service":
        yield library
        return
    with RagappClient(library_url) as client:
        yield client


@pytest.fixture
def anyio_backend() -> str:
    """What runs the suite's asynchronous tests."""
    return "asyncio"


@pytest.mark.anyio
class TestRetriever(RetrieversIntegrationTests):
    """LangChain's own suite for retrievers."""

    @pytest.fixture(autouse=True)
    def _over(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def retriever_constructor(self) -> type[RagappRetriever]:
        return RagappRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"service": self._caller}

    @property
    def retriever_query_example(self) -> str:
        return QUESTION


def test_a_document_says_where_its_text_stands(caller: Caller) -> None:
    first = RagappRetriever(service=caller, k=1).invoke(QUESTION)[0]
    place = first.metadata
    text = caller.document_text(place["document_id"], place["version"]).text
    assert text[place["start"] : place["end"]] == first.page_content
    assert (place["name"], place["page"]) == ("tides.txt", 1)


def test_errors_reach_the_caller_of_the_chain(caller: Caller) -> None:
    with pytest.raises(NotFoundError):
        RagappRetriever(service=caller, collection="nowhere").invoke(QUESTION)


def test_the_chain_answers_with_the_fields_of_an_answer(caller: Caller) -> None:
    answered = answer_chain(caller).invoke(QUESTION)
    assert set(Answer.__dataclass_fields__) <= set(answered)
    assert "noon" in answered["answer"]
    citation = answered["citations"][0]
    assert citation["quote"] in caller.document_text(citation["document_id"], citation["version"]).text


def test_what_is_streamed_adds_up_to_what_is_returned(caller: Caller) -> None:
    pieces = list(answer_chain(caller).stream(QUESTION))
    assert list(pieces[0]) == ["evidence"]
    assert reduce(add, pieces)["answer"] == answer_chain(caller).invoke(QUESTION)["answer"]


def test_the_chain_answers_asynchronously(caller: Caller) -> None:
    answered = asyncio.run(answer_chain(caller).ainvoke(QUESTION))
    assert answered["answer"] == answer_chain(caller).invoke(QUESTION)["answer"]


def apart(caller: Caller, writes: str) -> Runnable[str, Any]:
    """The chain made of its parts, around a model that writes this."""
    model = GenericFakeChatModel(messages=iter([AIMessage(writes)]))
    retrieve = {"question": RunnablePassthrough(), "documents": RagappRetriever(service=caller, k=3)}
    write = passages_prompt() | model | StrOutputParser()
    return retrieve | RunnablePassthrough.assign(written=write) | check_citations(caller)


def test_the_parts_make_a_chain_of_ones_own(caller: Caller) -> None:
    checked = apart(caller, "The tide turns at noon [1]. Herons eat bread [7].").invoke(QUESTION)
    true, invented = checked["sentences"]
    (citation,) = checked["citations"]
    assert (true["verdict"], list(true["citations"])) == ("supported", [1])
    assert (invented["verdict"], list(invented["citations"])) == ("unsupported", [])
    text = caller.document_text(citation["document_id"], citation["version"]).text
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert "[7]" not in checked["answer"]


def test_a_model_that_does_not_know_refuses(caller: Caller) -> None:
    checked = apart(caller, "The documents do not say.").invoke(QUESTION)
    assert checked["refused"] is True
    assert checked["citations"] == []


def test_the_prompt_numbers_the_documents_in_their_order(caller: Caller) -> None:
    documents = RagappRetriever(service=caller, k=3).invoke(QUESTION)
    system, human = passages_prompt().invoke({"question": QUESTION, "documents": documents}).to_messages()
    assert "number of its passage" in system.text
    shown = re.findall(r"^\[(\d+)\] \(.*?\) (.{15})", human.text, re.MULTILINE)
    assert shown
    for number, words in shown:
        assert words in " ".join(documents[int(number) - 1].page_content.split())
    assert human.text.endswith(f"Question: {QUESTION}")
