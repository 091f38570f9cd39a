"""ragapp inside LangChain: a retriever, a chain that answers with checked citations, and its parts.

All of it works over a RagService in the same process and over a RagappClient.
"""

from ragapp.doors.langchain.chain import answer_chain
from ragapp.doors.langchain.parts import Checked, Prompted, Written, check_citations, passages_prompt
from ragapp.doors.langchain.retriever import RagappRetriever

__all__ = [
    "Checked",
    "Prompted",
    "RagappRetriever",
    "Written",
    "answer_chain",
    "check_citations",
    "passages_prompt",
]
