"""LangChain integration: a retriever, a chain that answers with checked citations, and the parts of it.

All of them work with a RagService in the same process and with a RagappClient. Each name is imported when it
is first used: the retriever and the chain need langchain-core only, the other parts need the application.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ragapp.integrations.langchain.chain import answer_chain
    from ragapp.integrations.langchain.parts import (
        CheckedAnswer,
        PromptInput,
        WrittenAnswer,
        check_citations,
        passages_prompt,
    )
    from ragapp.integrations.langchain.retriever import RagappRetriever

__all__ = [
    "CheckedAnswer",
    "PromptInput",
    "RagappRetriever",
    "WrittenAnswer",
    "answer_chain",
    "check_citations",
    "passages_prompt",
]

_MODULES = {"RagappRetriever": "retriever", "answer_chain": "chain"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = f"{__name__}.{_MODULES.get(name, 'parts')}"
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise ImportError(f"{name} needs the package {error.name}: {_remedy(error.name or '')}") from error


def _remedy(missing: str) -> str:
    if missing.startswith("langchain_core"):
        return "run `pip install langchain-core`."
    return "run `pip install ragapp`, because ragapp-client has only the retriever and the chain."
