"""Recordings are transcribed by a server, and cited by time; without one, nothing is left out silently."""

from __future__ import annotations

import io
import json
import threading
import wave
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.errors import ModelError, ParseError, UsageError
from ragapp.models.endpoints import Address
from ragapp.models.transcription import ServedTranscriber, build_transcriber
from ragapp.settings import Settings
from ragapp.types import AskQuery, Speech, UploadSpec, final_answer
from tests import commands
from tests.ports import free_port
from tests.serving import ingest_all, serving, settings_in

SAID = [
    {"start": 0.0, "end": 4.2, "text": " Welcome to the harbour council."},
    {"start": 61.5, "end": 66.0, "text": " The north quay will be closed from May to July."},
    {"start": 130.0, "end": 134.0, "text": " Berth fees rise by <two> percent & no more."},
]


def recording() -> bytes:
    """A second of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    return out.getvalue()


@contextmanager
def speech_server(reply: object, status: int = 200, path: str = "/v1/audio/transcriptions") -> Iterator[str]:
    """A server of OpenAI's audio API that answers every recording alike; gives its base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known = self.path == path
            if known and status == 200:
                assert b'name="model"' in body
                assert b"RIFF" in body
            answer = json.dumps(reply if known else {"detail": "Not Found"}).encode()
            self.send_response(status if known else 404)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def transcribed(url: str) -> list[Speech]:
    return ServedTranscriber("whisper-1", Address(url, None), 30).transcribe(
        io.BytesIO(recording()), "talk.wav"
    )


def with_transcriber(folder: Path, url: str) -> Settings:
    return settings_in(folder).model_copy(update={"transcriber": f"openai:whisper-1@{url}/v1"})


def test_a_recording_is_answered_from_and_cited_by_time(tmp_path: Path) -> None:
    with speech_server({"text": "…", "segments": SAID}) as url:
        settings = with_transcriber(tmp_path, url)
        with closing(build_service(settings)) as service:
            service.upload(UploadSpec("council.wav"), io.BytesIO(recording()))
            ingest_all(settings)
            (document,) = service.documents()
            assert (document.status, document.error) == ("ready", None)
            text = service.document_text(document.id).text
            assert "rise by <two> percent & no more." in text
            answer = final_answer(service.ask(AskQuery("When will the north quay be closed?")))
            assert "from May to July" in answer.answer
            assert answer.hits[0].heading == "0:01:01"


@pytest.mark.parametrize("path", ["/v1/audio/transcriptions", "/audio/transcriptions"])
def test_the_base_url_is_given_with_or_without_its_version(path: str) -> None:
    with speech_server({"segments": SAID}, path=path) as url:
        assert transcribed(url)[1] == Speech(61.5, 66.0, "The north quay will be closed from May to July.")


def test_a_server_that_gives_no_times_is_enough() -> None:
    with speech_server({"text": "All is said."}) as url:
        assert transcribed(f"{url}/v1") == [Speech(0.0, 0.0, "All is said.")]


@pytest.mark.parametrize(
    ("reply", "status", "error", "says"),
    [
        (
            {"error": {"message": "unknown format"}},
            400,
            ParseError,
            "talk.wav could not be transcribed: unknown",
        ),
        ({"detail": "loading"}, 503, ModelError, "reports an error: loading"),
        ({"nothing": 1}, 200, ModelError, "does not reply with a transcription"),
        ([], 200, ModelError, "does not reply with a transcription"),
    ],
)
def test_errors_of_the_file_are_told_from_those_of_the_server(
    reply: object, status: int, error: type[Exception], says: str
) -> None:
    with speech_server(reply, status) as url, pytest.raises(error, match=says):
        transcribed(f"{url}/v1")


def test_a_server_that_is_away_is_named() -> None:
    with pytest.raises(ModelError, match=r"does not answer .* Check RAGAPP_TRANSCRIBER"):
        transcribed(f"http://127.0.0.1:{free_port()}/v1")


def test_an_unknown_transcriber_is_a_usage_error(tmp_path: Path) -> None:
    settings = settings_in(tmp_path).model_copy(update={"transcriber": "whisper"})
    with pytest.raises(UsageError, match="openai:MODEL@URL"):
        build_transcriber(settings)


def test_without_a_transcriber_a_folder_says_what_it_leaves_out(tmp_path: Path) -> None:
    folder = tmp_path / "talks"
    folder.mkdir()
    (folder / "council.wav").write_bytes(recording())
    (folder / "notes.txt").write_text("The north quay is closed.")
    arguments = ("--data-dir", str(tmp_path / "data"))
    done = commands.ragapp("ingest", str(folder), "--json", *arguments)
    report = json.loads(done.stdout)
    assert (done.returncode, report["added"], report["recordings"]) == (0, 1, ["council.wav"])
    said = commands.ragapp("ingest", str(folder), *arguments).stdout
    assert "1 recording was left out; set RAGAPP_TRANSCRIBER" in said
    refused = commands.ragapp("ingest", str(folder / "council.wav"), *arguments)
    assert refused.returncode == 1
    assert "no transcriber is set up here" in " ".join(refused.stdout.split())


def test_recordings_in_an_uploaded_archive_are_refused_by_name(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("council.wav", recording())
        archive.writestr("notes.txt", "The north quay is closed.")
    settings = settings_in(tmp_path)
    with closing(build_service(settings)) as service, serving(create_app(service, settings)) as url:
        files = {"file": ("talks.zip", packed.getvalue())}
        report = httpx.post(f"{url}/v1/collections/default/documents", files=files, timeout=60).json()
    assert [one["document"]["name"] for one in report["accepted"]] == ["notes.txt"]
    assert [one["name"] for one in report["refused"]] == ["council.wav"]
