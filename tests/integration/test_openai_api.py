"""Collections as OpenAI models: what the official client, LangChain and plain HTTP see of a real server."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import openai
import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_openai import ChatOpenAI
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam
from pydantic import SecretStr

from ragapp.api.http.app import create_app
from ragapp.api.http.chat import chat_frames
from ragapp.api.openai.responses import Reply
from ragapp.bootstrap import build_service
from ragapp.errors import ModelError
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import AskEvent, AskQuery, Grant
from tests.modelserver import Pieces, written_by
from tests.serving import serving, settings_in

MODEL = "ragapp/default"
BUILT = "When was the harbour built?"
TURNS = "When does the tide turn?"


@pytest.fixture(scope="module")
def client(library_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{library_url}/v1", api_key="none", max_retries=0) as client:
        yield client


def asked(question: str) -> list[ChatCompletionMessageParam]:
    return [{"role": "user", "content": question}]


def streamed(client: openai.OpenAI, question: str, model: str = MODEL) -> list[ChatCompletionChunk]:
    return list(client.chat.completions.create(model=model, messages=asked(question), stream=True))


def test_collections_are_models(client: openai.OpenAI, library: RagService) -> None:
    names = {f"ragapp/{collection.name}" for collection in library.collections()}
    assert {model.id for model in client.models.list()} == names
    assert client.models.retrieve(MODEL).owned_by == "ragapp"


def test_an_answer_names_its_sources_in_its_text(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model=MODEL, messages=asked(BUILT), temperature=0.2)
    content = completion.choices[0].message.content
    assert content is not None
    answer, _, sources = content.partition("\n\n")
    assert answer == "The harbour was built in 1862 by Ada Thornton. [1]"
    assert sources.startswith("Sources:\n- [1] tides.txt, page 1: “")
    assert completion.choices[0].finish_reason == "stop"
    usage = completion.usage
    assert usage is not None
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens > usage.prompt_tokens > 0


def test_annotations_are_markers_bound_to_spans(client: openai.OpenAI, library: RagService) -> None:
    message = client.chat.completions.create(model=MODEL, messages=asked(BUILT)).choices[0].message
    assert message.content is not None
    assert message.annotations
    for annotation in message.annotations:
        url = annotation.url_citation
        span = annotation.model_dump()["citation"]
        assert message.content[url.start_index : url.end_index] == f"[{span['number']}]"
        text = library.document_text(span["document_id"], span["version"]).text
        assert text[span["start"] : span["end"]] == span["quote"]
        assert span["verdict"] == "supported"
        assert httpx.get(url.url).json()["text"] == text


def test_a_follow_up_is_understood_from_the_messages_before(client: openai.OpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": BUILT},
        {"role": "assistant", "content": "In 1862. [1]"},
        {"role": "user", "content": [{"type": "text", "text": "Who built it?"}]},
    ]
    content = client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content
    assert "Ada Thornton" in str(content)


def test_a_question_without_an_answer_is_refused(client: openai.OpenAI) -> None:
    message = client.chat.completions.create(model=MODEL, messages=asked("Who won the 1998 cup?")).choices[0]
    assert "Sources" not in str(message.message.content)
    assert message.message.annotations == []


def test_a_stream_says_the_same_in_pieces(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=asked(TURNS)).choices[0].message
    chunks = streamed(client, TURNS)
    assert len({chunk.id for chunk in chunks}) == 1
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == whole.content
    assert [chunk.choices[0].finish_reason for chunk in chunks][-1] == "stop"
    last = deltas[-1].model_dump()["annotations"]
    assert whole.annotations is not None
    assert last == [annotation.model_dump() for annotation in whole.annotations]


@pytest.mark.parametrize("wanted", [True, False])
def test_usage_ends_a_stream_when_asked_for(client: openai.OpenAI, wanted: bool) -> None:
    chunks = list(
        client.chat.completions.create(
            model=MODEL, messages=asked(TURNS), stream=True, stream_options={"include_usage": wanted}
        )
    )
    raised = [chunk for chunk in chunks if chunk.usage is not None]
    assert raised == ([chunks[-1]] if wanted else [])
    assert all(not chunk.choices for chunk in raised)


def test_a_stream_is_events_that_end_with_done(http: httpx.Client) -> None:
    body = {"model": MODEL, "messages": asked(TURNS), "stream": True}
    response = http.post("/v1/chat/completions", json=body)
    assert response.headers["content-type"].startswith("text/event-stream")
    *chunks, done, rest = response.text.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    assert all(json.loads(chunk.removeprefix("data: "))["object"] for chunk in chunks)


def test_the_search_can_be_narrowed(client: openai.OpenAI) -> None:
    for filters, found in (({}, True), ({"kind": "none"}, False)):
        content = client.chat.completions.create(
            model=MODEL, messages=asked(TURNS), extra_body={"ragapp": {"filters": filters, "k": 3}}
        )
        assert ("noon" in str(content.choices[0].message.content)) is found


@pytest.mark.parametrize("stream", [True, False])
def test_an_unknown_model_is_not_found(client: openai.OpenAI, stream: bool) -> None:
    for model in ("gpt-4o", "ragapp/nowhere"):
        with pytest.raises(openai.NotFoundError) as raised:
            client.chat.completions.create(model=model, messages=asked(TURNS), stream=stream)
        assert raised.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4o")


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 2},
        {"messages": []},
        {"messages": [{"role": "king", "content": "Why?"}]},
        {"response_format": {"type": "json_object"}},
        {"ragapp": {"kk": 1}},
        {"ragapp": {"k": 0}},
    ],
)
def test_unsupported_requests_get_errors_in_openai_format(
    http: httpx.Client, wrong: dict[str, object]
) -> None:
    response = http.post("/v1/chat/completions", json={"model": MODEL, "messages": asked(TURNS), **wrong})
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    assert response.headers["x-request-id"]


def test_a_missing_generator_is_a_server_error(client: openai.OpenAI) -> None:
    for stream in (True, False):
        with pytest.raises(openai.InternalServerError, match="RAGAPP_GENERATOR"):
            client.chat.completions.create(model=f"{MODEL}:generate", messages=asked(TURNS), stream=stream)


def test_langchain_invokes_and_streams(library_url: str) -> None:
    model = ChatOpenAI(model=MODEL, base_url=f"{library_url}/v1", api_key=SecretStr("none"), temperature=0)
    answer = model.invoke([HumanMessage(BUILT), AIMessage("In 1862."), HumanMessage("Who built it?")])
    assert "Ada Thornton. [1]" in str(answer.content)
    assert answer.usage_metadata is not None
    pieces = [str(chunk.content) for chunk in model.stream(BUILT)]
    assert "".join(pieces) == str(model.invoke(BUILT).content)


def test_a_key_opens_its_own_models(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with closing(build_service(settings)) as service, serving(create_app(service, settings)) as url:
        for name in ("ours", "theirs"):
            service.create_collection(name)
        made = service.auth.api_keys.create("reader", [Grant("reader", "ours")])
        client = openai.OpenAI(base_url=f"{url}/v1", api_key=made.secret, max_retries=0)
        assert [model.id for model in client.models.list()] == ["ragapp/ours"]
        for reach in (
            lambda: client.models.retrieve("ragapp/theirs"),
            lambda: client.chat.completions.create(model="ragapp/theirs", messages=asked(TURNS)),
        ):
            with pytest.raises(openai.NotFoundError):
                reach()
        with pytest.raises(openai.AuthenticationError) as raised:
            client.with_options(api_key="none").models.list()
        assert raised.value.code == "invalid_api_key"


# -- with a model that writes


@pytest.fixture
def writing(library_settings: Settings, pieces: Pieces) -> Iterator[openai.OpenAI]:
    """A client of ragapp with a model that writes the pieces."""
    with (
        written_by(pieces, library_settings) as settings,
        closing(build_service(settings)) as service,
        serving(create_app(service, settings)) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client,
    ):
        yield client


@pytest.mark.parametrize("pieces", [Pieces("The tide turns ", "at noon [1]. ", "It is purple [9].")])
def test_a_draft_is_reasoning_and_the_checked_answer_content(writing: openai.OpenAI) -> None:
    deltas = [chunk.choices[0].delta for chunk in streamed(writing, TURNS, f"{MODEL}:generate")]
    drafted = "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas)
    assert "It is purple" in drafted
    content = "".join(delta.content or "" for delta in deltas)
    assert content.startswith("The tide turns at noon. [1]")
    assert "[9]" not in drafted + content


@pytest.mark.parametrize("pieces", [Pieces("The tide turns at noon [1]. ", endless=True)])
def test_the_model_stops_when_the_reader_goes_away(writing: openai.OpenAI, pieces: Pieces) -> None:
    stream = writing.chat.completions.create(model=f"{MODEL}:generate", messages=asked(TURNS), stream=True)
    for chunk in stream:
        if getattr(chunk.choices[0].delta, "reasoning_content", None):
            break
    assert not pieces.stopped.is_set()
    stream.close()
    assert pieces.stopped.wait(30)


def test_what_fails_on_the_way_is_an_error_in_the_stream(library: RagService) -> None:
    evidence = next(library.ask(AskQuery(TURNS, mode="extractive")))

    def failing() -> Generator[AskEvent, None, None]:
        yield AskEvent("token", text="At")
        raise ModelError("The model stopped. Start it again.")

    raised = b"".join(chat_frames(Reply(MODEL, "http://x/", "Why?", 1), evidence, failing(), "urn:x"))
    failure, done = raised.decode().strip().split("\n\n")[-2:]
    assert json.loads(failure.removeprefix("data: "))["error"]["message"].startswith("The model stopped.")
    assert done == "data: [DONE]"
