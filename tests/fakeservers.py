"""Stand-ins for model servers: what each kind says of its models, with the fields of its documentation."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[dict[str, Any]], Iterator[str]]
"""From a request's JSON to the lines of the reply."""


@dataclass
class FakeServer:
    """Answers `documents` by path with JSON, and `streams` by path with lines. Keeps what was sent to it."""

    documents: Mapping[str, object]
    streams: Mapping[str, Reply] = field(default_factory=dict)
    refusal: Callable[[dict[str, Any]], str | None] = lambda _: None
    """The error with which a request to a stream is refused; None: it is served."""
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    url: str = ""


@contextmanager
def running(fake: FakeServer, port: int = 0) -> Iterator[FakeServer]:
    """The server on that port of this machine, a free one by default."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fake.requests.append((self.path, {}))
            self._reply(fake.documents.get(self.path))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.requests.append((self.path, body))
            if self.path not in fake.streams:
                self._reply(fake.documents.get(self.path))
                return
            error = fake.refusal(body)
            if error is not None:
                self._reply({"error": error}, 400)
                return
            self.send_response(200)
            self.end_headers()
            for line in fake.streams[self.path](body):
                self.wfile.write(f"{line}\n".encode())

        def _reply(self, document: object, status: int = 200) -> None:
            body = json.dumps({"error": "not found"} if document is None else document).encode()
            self.send_response(404 if document is None else status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ollama(
    *, context: int = 40_960, parameters: int = 8_190_000_000, num_ctx: int | None = None
) -> FakeServer:
    shown = {
        "details": {"family": "qwen3", "parameter_size": "8.2B", "quantization_level": "Q4_K_M"},
        "model_info": {"general.parameter_count": parameters, "qwen3.context_length": context},
        "capabilities": ["completion", "tools", "thinking"],
        "parameters": f'num_ctx    {num_ctx}\nstop "<|im_end|>"' if num_ctx else "",
    }
    listed = [
        {"name": "qwen3:8b", "size": 5_200_000_000, "details": shown["details"]},
        {"name": "nomic-embed-text:latest", "size": 274_000_000, "details": {"parameter_size": "137M"}},
    ]
    documents = {"/api/tags": {"models": listed}, "/api/ps": {"models": []}, "/api/show": shown}
    return FakeServer(documents, {"/api/chat": ollama_chat("It was built in 1862 [1].")})


def ollama_chat(text: str, *, thinking: str = "", reason: str = "stop") -> Reply:
    def stream(request: dict[str, Any]) -> Iterator[str]:
        if thinking:
            yield json.dumps({"message": {"content": "", "thinking": thinking}, "done": False})
        for word in text.split(" "):
            yield json.dumps({"message": {"role": "assistant", "content": f"{word} "}, "done": False})
        counted = {"prompt_eval_count": 900, "prompt_eval_duration": 3_000_000_000, "eval_count": 9}
        yield json.dumps({"message": {"content": ""}, "done": True, "done_reason": reason, **counted})

    return stream


def lm_studio() -> FakeServer:
    models = [
        {
            "id": "qwen2.5-14b-instruct",
            "type": "llm",
            "state": "loaded",
            "max_context_length": 131_072,
            "loaded_context_length": 8192,
            "capabilities": ["tool_use"],
        },
        {"id": "text-embedding-nomic-embed-text-v1.5", "type": "embeddings", "max_context_length": 2048},
    ]
    return FakeServer({"/api/v0/models": {"data": models}, "/v1/models": {"data": [{"id": "x"}]}})


def llama_cpp(*, context: int = 2048, parameters: int = 1_543_714_304) -> FakeServer:
    meta = {"n_params": parameters, "n_ctx_train": 32_768}
    model = {"id": "qwen.gguf", "owned_by": "llamacpp", "meta": meta}
    props = {"default_generation_settings": {"n_ctx": context}, "modalities": {"vision": False}}
    return FakeServer({"/props": props, "/v1/models": {"data": [model]}})


def vllm(name: str = "Qwen/Qwen3-32B", *, context: int = 131_072) -> FakeServer:
    model = {"id": name, "object": "model", "owned_by": "vllm", "max_model_len": context}
    return FakeServer({"/v1/models": {"object": "list", "data": [model]}})


def sglang() -> FakeServer:
    model = {"id": "meta-llama/Llama-3.1-8B-Instruct", "owned_by": "sglang", "max_model_len": 65_536}
    return FakeServer({"/v1/models": {"data": [model]}})


def tgi() -> FakeServer:
    info = {
        "model_id": "mistralai/Mistral-7B-Instruct-v0.3",
        "max_input_tokens": 7168,
        "max_total_tokens": 8192,
    }
    return FakeServer({"/info": info})
