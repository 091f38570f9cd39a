"""What model servers say about the models that they serve: names, context, size and abilities.

Each server has its own way of saying so besides `/v1/models`, which most offer: Ollama `/api/tags` and
`/api/show`, LM Studio `/api/v0/models`, llama.cpp `/props`, Text Generation Inference `/info`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import httpx

OLLAMA, LM_STUDIO, LLAMA_CPP, TGI = "Ollama", "LM Studio", "llama.cpp", "Text Generation Inference"

_OLLAMA_CONTEXT = 4096
"""The context, in tokens, that Ollama gives a model by default, whatever the model was trained on."""

_OWNERS = {"vllm": "vLLM", "sglang": "SGLang", "tensorrt_llm": "TensorRT-LLM", "llamacpp": LLAMA_CPP}
_CONTEXT_FIELDS = (
    "max_model_len",
    "context_length",
    "context_window",
    "max_context_length",
    "max_context_window",
    "max_sequence_length",
)
"""The names under which `/v1/models` of vLLM, SGLang, OpenRouter, Groq and others give the context."""

_SIZE = re.compile(r"(?<![a-zA-Z\d.])(\d{1,4}(?:\.\d{1,3})?) ?([bBmM])(?![a-zA-Z])")
_NOT_CHAT = re.compile(r"embed|rerank|whisper|bge-|minilm|clip\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that a server offers. A field is None when the server does not say.

    `context_tokens` is what the server allows now, which is often less than the model was trained on
    (`trained_tokens`). `abilities` are words such as `tools`, `thinking` and `vision`.
    """

    name: str
    context_tokens: int | None = None
    trained_tokens: int | None = None
    parameters: int | None = None
    abilities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A server that answers at `url`, without a path, and the models that write text there.

    `owner` is the owner of the models according to the server's list of them.
    """

    kind: str
    url: str
    models: tuple[ServedModel, ...]
    owner: str = ""


class ServerReader:
    """Asks one server what it serves."""

    def __init__(self, url: str, api_key: str | None = None, *, seconds: float, proxied: bool = True) -> None:
        """`url` may have the path of the API, such as `/v1`."""
        base = httpx.URL(url)
        self._base = base.copy_with(path=base.path.rstrip("/") or "/v1")
        self._root = base.copy_with(path=re.sub(r"/v\d+$", "", base.path.rstrip("/")), query=None)
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(timeout=seconds, trust_env=proxied, headers=headers)

    def read(self, *, own_paths: bool = True) -> ModelServer | None:
        """The server with its models; None when it does not answer, or not as a model server does.

        Without `own_paths`, only `/v1/models` is asked.
        """
        with self._client, suppress(httpx.TransportError):
            found = None
            if own_paths:
                found = self._ollama() or self._lm_studio() or self._llama_cpp() or self._tgi()
            return found or self._openai()
        return None

    def _ollama(self) -> ModelServer | None:
        listed = _listed(self._get("api/tags"), "models")
        if listed is None:
            return None
        loaded = {one.get("name"): one for one in _listed(self._get("api/ps"), "models") or []}
        models = [
            self._ollama_model(one, loaded.get(one.get("name"), {})) for one in listed if one.get("name")
        ]
        return self._server(OLLAMA, models)

    def _ollama_model(self, listed: Mapping[str, Any], loaded: Mapping[str, Any]) -> ServedModel:
        shown = self._post("api/show", {"model": listed["name"]}) or {}
        info = shown.get("model_info") or {}
        trained = next(
            (_count(value) for name, value in info.items() if name.endswith(".context_length")), None
        )
        chosen = re.search(r"^num_ctx\s+(\d+)", str(shown.get("parameters") or ""), re.MULTILINE)
        context = _count(loaded.get("context_length")) or (int(chosen[1]) if chosen else _OLLAMA_CONTEXT)
        details = listed.get("details") or {}
        return ServedModel(
            str(listed["name"]),
            min(context, trained or context),
            trained,
            _count(info.get("general.parameter_count")) or parameters_in(str(details.get("parameter_size"))),
            _words(shown.get("capabilities")),
        )

    def _lm_studio(self) -> ModelServer | None:
        listed = _listed(self._get("api/v0/models"), "data")
        if listed is None:
            return None
        models = [
            ServedModel(
                str(one["id"]),
                _count(one.get("loaded_context_length")) or _count(one.get("max_context_length")),
                _count(one.get("max_context_length")),
                parameters_in(str(one["id"])),
                _words(one.get("capabilities")) | ({"vision"} if one.get("type") == "vlm" else set()),
            )
            for one in listed
            if one.get("id") and one.get("type") in ("llm", "vlm", None)
        ]
        return self._server(LM_STUDIO, models)

    def _llama_cpp(self) -> ModelServer | None:
        props = self._get("props")
        if not isinstance(props, dict) or "default_generation_settings" not in props:
            return None
        context = _count((props["default_generation_settings"] or {}).get("n_ctx"))
        found = self._openai()
        modalities = {name for name, has in (props.get("modalities") or {}).items() if has}
        name = str(props.get("model_alias") or props.get("model_path") or "model").rpartition("/")[2]
        models = found.models if found else (ServedModel(name),)
        return self._server(
            LLAMA_CPP,
            [replace(one, context_tokens=context, abilities=one.abilities | modalities) for one in models],
        )

    def _tgi(self) -> ModelServer | None:
        info = self._get("info")
        if not isinstance(info, dict) or "model_id" not in info:
            return None
        name = str(info["model_id"])
        context = _count(info.get("max_total_tokens"))
        return self._server(TGI, [ServedModel(name, context, None, parameters_in(name))])

    def _openai(self) -> ModelServer | None:
        reply = self._get_at(self._base, "models")
        listed = _listed(reply, "data")
        if listed is None and isinstance(reply, list):
            listed = [one for one in reply if isinstance(one, dict)]
        if listed is None:
            return None
        owner = str(next((one.get("owned_by") for one in listed), ""))
        kind = _OWNERS.get(owner, "OpenAI-compatible server")
        return replace(self._server(kind, map(_openai_model, listed)), owner=owner)

    def _server(self, kind: str, models: Iterable[ServedModel]) -> ModelServer:
        writing = tuple(one for one in models if one.name and not _NOT_CHAT.search(one.name))
        return ModelServer(kind, str(self._root).rstrip("/"), writing)

    def _get(self, path: str) -> Any:
        return self._get_at(self._root, path)

    def _get_at(self, base: httpx.URL, path: str) -> Any:
        return _json_of(lambda: self._client.get(f"{str(base).rstrip('/')}/{path}"))

    def _post(self, path: str, body: Mapping[str, str]) -> dict[str, Any] | None:
        url = f"{str(self._root).rstrip('/')}/{path}"
        found = _json_of(lambda: self._client.post(url, json=body))
        return found if isinstance(found, dict) else None


def parameters_in(text: str) -> int | None:
    """The number of parameters that a name such as "qwen3:8b" or a size such as "8.2B" states."""
    sizes = [float(number) * (1e9 if unit in "bB" else 1e6) for number, unit in _SIZE.findall(text)]
    return round(max(sizes)) if sizes else None


def _openai_model(listed: Mapping[str, Any]) -> ServedModel:
    meta = listed.get("meta") or {}
    name = str(listed.get("id") or "")
    context = next((count for field in _CONTEXT_FIELDS if (count := _count(listed.get(field)))), None)
    parameters = _count(meta.get("n_params")) or parameters_in(name)
    return ServedModel(name, context, _count(meta.get("n_ctx_train")), parameters)


def _json_of(send: Callable[[], httpx.Response]) -> Any:
    """The JSON of a reply with status 200; None for any other. Raises TransportError."""
    response = send()
    if response.status_code != 200:
        return None
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def _listed(reply: Any, field: str) -> list[dict[str, Any]] | None:
    """The objects in the list of that name; None when the reply has none."""
    found = reply.get(field) if isinstance(reply, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else None


def _count(value: Any) -> int | None:
    return (
        int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
    )


def _words(value: Any) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()
