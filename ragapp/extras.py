"""Optional requirements: which extra of the distribution brings a package that is not installed."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

EXTRAS: Final = MappingProxyType(
    {
        "hypothesis": "testing",
        "ir_measures": "evals",
        "langchain_community": "bench",
        "langchain_huggingface": "bench",
        "langchain_text_splitters": "bench",
        "obstore": "server",
        "onnx": "research",
        "opentelemetry.exporter.otlp.proto.http": "server",
        "opentelemetry.sdk": "server",
        "psycopg": "server",
        "pytest": "testing",
        "qdrant_client": "server",
        "rapidocr": "ocr",
        "sklearn": "evals",
        "xllamacpp": "local",
    }
)
"""Importable package to extra. A test compares it with pyproject.toml."""


def remedy(module: str | None) -> str | None:
    """What to run when `module` cannot be imported; None when no extra brings it."""
    for package, extra in EXTRAS.items():
        if module is not None and f"{module}.".startswith(f"{package}."):
            return f"The package {package} is not installed. Run `pip install 'ragapp[{extra}]'`."
    return None
