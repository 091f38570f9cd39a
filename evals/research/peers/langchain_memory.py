"""Loads typical LangChain components, so that another process can measure the memory. Run it as a script.

python langchain_memory.py MODEL TEXTS.json VECTORS.npy prints the name of each step and waits for a line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings


def be_measured(step: str) -> None:
    print(step, flush=True)  # noqa: T201
    sys.stdin.readline()


def main() -> None:
    model, texts, vectors = sys.argv[1:]
    embeddings = HuggingFaceEmbeddings(model_name=model)
    embeddings.embed_query("How much does it take?")
    be_measured("model loaded")
    rows = np.load(vectors)
    pairs = zip(json.loads(Path(texts).read_text(encoding="utf-8")), rows.tolist(), strict=True)
    index = FAISS.from_embeddings(pairs, embeddings)
    index.similarity_search_by_vector(rows[0].tolist(), k=10)
    be_measured("searched")


if __name__ == "__main__":
    main()
