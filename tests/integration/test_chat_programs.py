"""A chat program's own prompts at the OpenAI-compatible endpoint: answered or declined, never counted."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing
from pathlib import Path

import openai
import pytest

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.types import Grant, KeyLimits
from tests.modelserver import Pieces, written_by
from tests.serving import serving, settings_in

TITLE = (
    '### Task:\nName the chat.\n### Output:\nJSON format: { "title": "your title" }\n'
    "### Chat History:\n<chat_history>\nUSER: When does the tide turn?\n</chat_history>"
)
CONTEXT = '### Task:\nUse the provided context.\n<context>\n<source id="1">x</source>\n</context>\nWhy?'
WRITTEN = '{"title": "Turning tides"}'


def said(client: openai.OpenAI, prompt: str, *, stream: bool, model: str = "ragapp/ours") -> str:
    body = {"model": model, "messages": [{"role": "user", "content": prompt}]}
    if not stream:
        return str(client.chat.completions.create(**body).choices[0].message.content)  # type: ignore[call-overload]
    chunks = list(client.chat.completions.create(**body, stream=True))  # type: ignore[call-overload]
    assert chunks[-1].choices[0].finish_reason == "stop"
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("pieces", "title"),
    [
        (None, "When does the tide turn"),
        (Pieces(WRITTEN), "Turning tides"),
        (Pieces("<think>{}</think>", WRITTEN), "Turning tides"),
        (Pieces("I will not."), "When does the tide turn"),
        (Pieces(WRITTEN, finish_reason="length"), "When does the tide turn"),
    ],
    ids=["no model", "a model", "one that thinks", "one that declines", "one that is cut off"],
)
def test_a_title_is_neither_stored_nor_counted(
    tmp_path: Path, pieces: Pieces | None, title: str, stream: bool
) -> None:
    with ExitStack() as stack:
        settings = settings_in(tmp_path)
        if pieces is not None:
            settings = stack.enter_context(written_by(pieces, settings))
        service = stack.enter_context(closing(build_service(settings)))
        url = stack.enter_context(serving(create_app(service, settings)))
        service.create_collection("ours")
        limits = KeyLimits(questions_per_day=0)
        key = service.auth.api_keys.create("chat", [Grant("reader", "ours")], limits=limits).secret
        client = stack.enter_context(openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0))
        assert json.loads(said(client, TITLE, stream=stream)) == {"title": title}
        with pytest.raises(openai.RateLimitError):  # which a question is
            said(client, "When does the tide turn?", stream=stream)
        with pytest.raises(openai.NotFoundError):
            said(client, TITLE, stream=stream, model="ragapp/theirs")
        assert sum(day.answers for day in service.history.days(1)) == 0


def test_a_question_with_its_own_context_is_answered_by_a_model_or_declined(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for pieces, output in ((Pieces("From x [1]."), "From x [1]."), (None, "documents of this collection")):
        with ExitStack() as stack:
            used = settings if pieces is None else stack.enter_context(written_by(pieces, settings))
            service = stack.enter_context(closing(build_service(used)))
            url = stack.enter_context(serving(create_app(service, used)))
            client = stack.enter_context(openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0))
            assert output in said(client, CONTEXT, stream=False, model="ragapp/default")
            assert sum(day.answers for day in service.history.days(1)) == 0
