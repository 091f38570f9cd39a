"""Questions over plain HTTP: as JSON, and as server-sent events."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, suppress

import httpx
import pytest
from fastapi import FastAPI

from ragapp.api.http.app import create_app
from ragapp.api.http.event_stream import EventStream
from ragapp.api.http.questions import answer_frames
from ragapp.bootstrap import build_service
from ragapp.client import RagappClient
from ragapp.errors import ModelError, ServerUnavailable, UsageError
from ragapp.processes.cancellation import Cancellation, cancelled_by
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import AskEvent, AskQuery
from tests.modelserver import Pieces, written_by
from tests.serving import serving

QUESTION = {"question": "When does the tide turn?"}
STREAMED = {"Accept": "text/event-stream"}


def events_of(text: str) -> list[tuple[str, dict[str, object]]]:
    """(event, data) of each block, read as any reader of event streams would."""
    blocks = [
        dict(line.split(": ", 1) for line in block.split("\n")) for block in text.split("\n\n") if block
    ]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


def test_an_answer_is_json_unless_events_are_asked_for(http: httpx.Client) -> None:
    answer = http.post("/v1/ask", json=QUESTION).json()
    assert answer["refused"] is False
    assert answer["citations"][0]["document_name"] == "tides.txt"


def test_events_begin_with_evidence_and_end_with_the_answer(http: httpx.Client) -> None:
    response = http.post("/v1/ask", json=QUESTION, headers=STREAMED)
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    assert [name for name, _ in events] == ["evidence", "answer"]
    plain = http.post("/v1/ask", json=QUESTION).json()
    assert events[-1][1].keys() == plain.keys()
    assert events[-1][1]["answer"] == plain["answer"]


@pytest.mark.parametrize("headers", [{}, STREAMED])
def test_what_fails_before_the_first_event_has_a_status(http: httpx.Client, headers: dict[str, str]) -> None:
    response = http.post("/v1/ask", json={**QUESTION, "collection": "nowhere"}, headers=headers)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_what_fails_later_is_an_error_event() -> None:
    def failing() -> Iterator[AskEvent]:
        yield AskEvent("token", text=" noon")
        raise ModelError("The model stopped. Start it again.")

    output = b"".join(answer_frames(AskEvent("token", text="At"), failing(), "urn:x")).decode()
    *tokens, (last, problem) = events_of(output)
    assert tokens == [("token", {"text": "At"}), ("token", {"text": " noon"})]
    assert (last, problem["detail"], problem["instance"]) == (
        "error",
        "The model stopped. Start it again.",
        "urn:x",
    )


def test_work_stops_when_the_reader_goes_away() -> None:
    stopped = threading.Event()

    def endless() -> Iterator[AskEvent]:
        try:
            while True:
                yield AskEvent("token", text="and so on")
                time.sleep(0.01)
        finally:
            stopped.set()

    app = FastAPI()
    app.get("/")(lambda: EventStream(answer_frames(AskEvent("token", text="first"), endless(), "urn:x")))
    with serving(app) as url, httpx.stream("GET", url) as response:
        chunks = response.iter_raw()  # kept, since the connection is closed with it
        next(chunks)
        assert not stopped.is_set()
        response.close()
        assert stopped.wait(30)


def test_a_model_stops_writing_when_its_reader_goes_away(
    library: RagService, library_settings: Settings
) -> None:
    """From the client's generator through our server down to the model's server, all over real HTTP."""
    pieces = Pieces(*["The tide turns. "] * 4, endless=True)
    with (
        written_by(pieces, library_settings) as settings,
        closing(build_service(settings)) as service,
        serving(create_app(service, settings)) as url,
        RagappClient(url) as client,
        closing(client.ask(AskQuery("When does the tide turn?", mode="generate"))) as events,
    ):
        kinds = [next(events).kind for _ in range(5)]
        assert kinds == ["evidence", *["token"] * 4]
        assert not pieces.stopped.is_set()
        events.close()
        assert pieces.stopped.wait(30)


def test_a_reader_in_another_thread_hangs_up_on_a_silent_server() -> None:
    closed = threading.Event()

    def silent() -> Generator[bytes, None, None]:
        try:
            yield b'event: token\ndata: {"text": "x"}\n\n'
            closed.wait(60)
        finally:
            closed.set()

    app = FastAPI()
    app.post("/v1/ask")(lambda: EventStream(silent()))
    cancellation, read = Cancellation(), threading.Event()

    def listen(client: RagappClient) -> None:
        with cancelled_by(cancellation), suppress(ServerUnavailable):
            for _ in client.ask(AskQuery("Anything?")):
                read.set()

    with serving(app) as url, RagappClient(url) as client:
        reader = threading.Thread(target=listen, args=(client,))
        reader.start()
        assert read.wait(30)
        cancellation.cancel(UsageError("Enough."))
        reader.join(30)
        assert not reader.is_alive()
        assert not closed.is_set(), "the server was silent all the time"
        closed.set()


def test_a_silent_stream_gives_signs_of_life() -> None:
    speak = threading.Event()

    def slow() -> Generator[bytes, None, None]:
        speak.wait(30)
        yield b"event: token\ndata: {}\n\n"

    app = FastAPI()
    app.get("/")(lambda: EventStream(slow(), keepalive_seconds=0.05))
    with serving(app) as url, httpx.stream("GET", url) as response:
        pieces = response.iter_raw()
        assert next(pieces).startswith(b":")
        speak.set()
        assert b"event: token" in b"".join(pieces)
