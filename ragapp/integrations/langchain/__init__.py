"""ragapp inside LangChain: a retriever, a chain that answers with checked citations, and its parts.

All of it works over a RagService in the same process and over a RagappClient.
"""

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
