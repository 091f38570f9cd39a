"""Servers that refuse options or reply in another format, and settings that are nearly right."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from ragapp.errors import ModelError
from ragapp.models.build import build_generators
from ragapp.settings import Settings
from tests.contract.generator.library import (
    PIECES,
    PROMPT,
    SYSTEM,
    Handle,
    OpenAIHandler,
    OpenAIServer,
    behaving,
    read,
)


def refusing(refused: Callable[[dict[str, Any]], bool], error: object, status: int = 400) -> Handle:
    def handle(handler: OpenAIHandler, request: dict[str, Any]) -> None:
        if refused(request):
            handler.reply(status, error if isinstance(error, str) else json.dumps(error), "application/json")
        else:
            handler.model_good()

    return handle


def openai_error(message: str, param: str | None = None) -> dict[str, object]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": None}}


def has_system(request: dict[str, Any]) -> bool:
    return any(message["role"] == "system" for message in request["messages"])


REFUSALS: dict[str, Handle] = {
    "temperature, o-series": refusing(
        lambda request: "temperature" in request,
        openai_error(
            "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value "
            "is supported.",
            "temperature",
        ),
    ),
    "temperature, TGI": refusing(
        lambda request: request.get("temperature") == 0,
        {"error": "`temperature` must be strictly positive", "error_type": "validation"},
        422,
    ),
    "temperature, pydantic": refusing(
        lambda request: "temperature" in request,
        {"detail": [{"loc": ["body", "temperature"], "msg": "Extra inputs are not permitted", "type": "x"}]},
        422,
    ),
    "max_tokens": refusing(
        lambda request: "max_tokens" in request,
        openai_error(
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            "max_tokens",
        ),
    ),
    "both limits": refusing(
        lambda request: "max_tokens" in request or "max_completion_tokens" in request,
        openai_error("Unknown parameter: max_tokens or max_completion_tokens"),
    ),
    "system, vLLM": refusing(has_system, {"object": "error", "message": "System role not supported"}),
    "system, Gemma on Google": refusing(
        has_system,
        [{"error": {"code": 400, "message": "Developer instruction is not enabled"}}],
    ),
    "system, a template that fails": refusing(
        has_system,
        openai_error("Jinja Exception: Conversation roles must alternate user/assistant/user/assistant/..."),
        500,
    ),
    "system, OpenAI": refusing(
        has_system,
        openai_error(
            "Unsupported value: 'messages[0].role' does not support 'system'.",
            "messages[0].role",
        ),
    ),
    "with status 200": refusing(
        lambda request: "temperature" in request,
        openai_error("temperature is deprecated here"),
        200,
    ),
}


@pytest.mark.parametrize("handle", REFUSALS.values(), ids=REFUSALS)
def test_refused_options_are_omitted_from_then_on(server: OpenAIServer, handle: Handle) -> None:
    generator = behaving(server, handle)
    assert read(generator) == ("".join(PIECES), "complete")
    tries = len(server.requests)
    assert tries > 1
    assert read(generator) == ("".join(PIECES), "complete")
    assert len(server.requests) == tries + 1
    said = json.dumps(server.requests[-1]["messages"])
    assert json.dumps(SYSTEM)[1:-1] in said
    assert json.dumps(PROMPT)[1:-1] in said


def test_several_refused_options_are_learnt_one_after_the_other(server: OpenAIServer) -> None:
    def handle(handler: OpenAIHandler, request: dict[str, Any]) -> None:
        for name in ("temperature", "max_tokens"):
            if name in request:
                handler.reply(
                    400, json.dumps(openai_error(f"Unsupported parameter: {name}", name)), "application/json"
                )
                return
        handler.model_good()

    assert read(behaving(server, handle)) == ("".join(PIECES), "complete")
    assert len(server.requests) == 3


def test_a_refusal_that_names_no_option_is_raised(server: OpenAIServer) -> None:
    generator = behaving(server, refusing(lambda _: True, openai_error("Your balance is too low")))
    with pytest.raises(ModelError, match="balance is too low"):
        read(generator)
    assert len(server.requests) == 1


COMPLETION = {"choices": [{"message": {"role": "assistant", "content": "In 1862."}, "finish_reason": "stop"}]}


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream", "text/plain"])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_document_instead_of_a_stream_is_an_answer(
    server: OpenAIServer, kind: str, indent: int | None
) -> None:
    generator = behaving(
        server, lambda handler, _: handler.reply(200, json.dumps(COMPLETION, indent=indent), kind)
    )
    assert read(generator) == ("In 1862.", "complete")


def test_a_server_that_does_not_stream_is_asked_for_a_document(server: OpenAIServer) -> None:
    def handle(handler: OpenAIHandler, request: dict[str, Any]) -> None:
        if request.get("stream"):
            error = openai_error("Your organization must be verified to stream this model.", "stream")
            handler.reply(400, json.dumps(error), "application/json")
        else:
            handler.reply(200, json.dumps(COMPLETION), "application/json")

    assert read(behaving(server, handle)) == ("In 1862.", "complete")


@pytest.mark.parametrize(
    "error",
    [
        {"error": {"message": "The model ran out of memory"}},
        {"error": "The model ran out of memory"},
        {"object": "error", "message": "The model ran out of memory", "code": 500},
        {"detail": "The model ran out of memory"},
        [{"error": {"message": "The model ran out of memory", "code": 500}}],
    ],
)
@pytest.mark.parametrize("where", ["document", "event", "named event", "after a piece"])
def test_an_error_with_status_200_is_an_error(server: OpenAIServer, error: object, where: str) -> None:
    def handle(handler: OpenAIHandler, _: dict[str, Any]) -> None:
        if where == "document":
            handler.reply(200, json.dumps(error), "application/json")
            return
        handler.start_stream()
        if where == "after a piece":
            handler.send_piece("one ")
        if where == "named event":
            handler.send_raw("event: error\n")
        handler.send_event(json.dumps(error))
        handler.send_end(None)

    with pytest.raises(ModelError, match="ran out of memory"):
        read(behaving(server, handle))


# -- addresses


@pytest.mark.parametrize(
    ("given", "serves"),
    [
        ("{host}/v1", "/v1"),
        ("{host}/v1/", "/v1"),
        (" {host}/v1 \n", "/v1"),
        ("{host}", "/v1"),
        ("{host}/", "/v1"),
        ("{host}/v1/v1", "/v1"),
        ("{host}/v1/chat/completions", "/v1"),
        ("{host}/v1/chat/completions/", "/v1"),
        ("{host}/v1/models", "/v1"),
        ("{host}/v1", ""),
        ("{host}/api", "/api/v1"),
        ("{host}/openai/v1", "/openai/v1"),
        ("{host}/api/paas/v4", "/api/paas/v4"),
        ("127.0.0.1:{port}", "/v1"),
        ("localhost:{port}/v1", "/v1"),
    ],
)
def test_a_nearly_right_address_is_corrected(server: OpenAIServer, given: str, serves: str) -> None:
    server.path = f"{serves}/chat/completions"
    url = given.format(host=f"http://127.0.0.1:{server.server_port}", port=server.server_port)
    (generator,) = build_generators(Settings(generator="openai:good", openai_base_url=url))
    assert read(generator) == ("".join(PIECES), "complete")
    tries = len(server.requests)
    read(generator)
    assert server.paths[tries:] == [server.path]


def test_the_error_for_a_wrong_address_names_the_tried_urls(server: OpenAIServer) -> None:
    server.path = "/elsewhere"
    (generator,) = build_generators(Settings(generator="openai:good", openai_base_url=server.url))
    with pytest.raises(ModelError, match="no chat completions at") as raised:
        read(generator)
    assert f"{server.url}/chat/completions" in str(raised.value)
    assert "RAGAPP_OPENAI_BASE_URL" in str(raised.value)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/v1", "http://", "http://[", "not a url"])
def test_an_invalid_address_is_a_model_error(url: str) -> None:
    (generator,) = build_generators(Settings(generator="openai:good", openai_base_url=url))
    with pytest.raises(ModelError, match="RAGAPP_OPENAI_BASE_URL"):
        read(generator)


def test_a_missing_model_is_not_tried_at_other_urls(server: OpenAIServer) -> None:
    missing = openai_error("The model `m` does not exist")
    with pytest.raises(ModelError, match="does not exist"):
        read(behaving(server, refusing(lambda _: True, missing, 404)))
    assert len(server.requests) == 1


# -- keys

SECRET = "sk-proj-4f9aQ2mLx8"


@pytest.mark.parametrize(
    "key",
    [SECRET, f" {SECRET} ", f"{SECRET}\n", f'"{SECRET}"', f"Bearer {SECRET}", f"Bearer {SECRET}\r\n"],
)
def test_a_key_is_sent_without_blanks_and_quotes(server: OpenAIServer, key: str) -> None:
    settings = Settings(generator="openai:good", openai_base_url=server.url, openai_api_key=key)
    (generator,) = build_generators(settings)
    assert read(generator)[0] == "".join(PIECES)
    assert server.keys == [f"Bearer {SECRET}"]


@pytest.mark.parametrize(
    "key",
    [SECRET, f"{SECRET}\nsecond-{SECRET}", f"{SECRET} with spaces", f"{SECRET}\tx", f"{SECRET}é", "kurz"],
)
@pytest.mark.parametrize("status", [200, 401])
def test_a_key_is_in_no_message_even_when_the_server_repeats_it(
    server: OpenAIServer, key: str, status: int
) -> None:
    def handle(handler: OpenAIHandler, _: dict[str, Any]) -> None:
        echoed = f"Incorrect key {key}, sent as {handler.headers['Authorization']} ({key[:14]}…)"
        handler.reply(status, json.dumps(openai_error(echoed)), "application/json")

    server.behaviours["m"] = handle
    settings = Settings(generator="openai:m", openai_base_url=server.url, openai_api_key=key)
    (generator,) = build_generators(settings)
    with pytest.raises(ModelError) as raised:
        read(generator)
    shown = "".join(traceback.format_exception(raised.value))
    for part in (*key.split(), SECRET[:12] if SECRET in key else "kurz"):
        assert len(part) < 4 or part in {"with", "spaces"} or part not in shown


def test_secrets_in_an_address_are_in_no_message(server: OpenAIServer) -> None:
    url = f"http://someone:{SECRET}@127.0.0.1:{server.server_port}/v1?api-key=q{SECRET}"
    (generator,) = build_generators(Settings(generator="openai:locked", openai_base_url=url))
    with pytest.raises(ModelError, match="Incorrect API key") as raised:
        read(generator)
    assert SECRET not in str(raised.value)
    assert SECRET not in generator.name
