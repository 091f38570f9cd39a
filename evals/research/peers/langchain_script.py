"""A typical LangChain script, for comparison: load, split, embed, FAISS. Run it as a script; it prints JSON.

python langchain_script.py MODEL FILE…
"""

from __future__ import annotations

import json
import sys
import time
from itertools import pairwise

from langchain_community.document_loaders import PyPDFLoader, TextLoader
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter


def load(path: str) -> list[Document]:
    is_pdf = path.lower().endswith(".pdf")
    loader = PyPDFLoader(path) if is_pdf else TextLoader(path, autodetect_encoding=True)
    documents: list[Document] = loader.load()
    return documents


def main() -> None:
    model, *paths = sys.argv[1:]
    moments = [time.monotonic()]
    embeddings = HuggingFaceEmbeddings(model_name=model)
    moments.append(time.monotonic())
    pages = [page for path in paths for page in load(path)]
    moments.append(time.monotonic())
    chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(pages)
    moments.append(time.monotonic())
    FAISS.from_documents(chunks, embeddings)
    moments.append(time.monotonic())
    stages = [later - earlier for earlier, later in pairwise(moments)]
    seconds = dict(zip(("load_model", "parse", "chunk", "embed"), stages, strict=True))
    print(json.dumps({"pages": len(pages), "chunks": len(chunks), "seconds": seconds}))  # noqa: T201


if __name__ == "__main__":
    main()
