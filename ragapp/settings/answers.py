"""What can change what is found or answered: kept answers and evaluations are bound to these."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class AnswerSettings(BaseModel):
    index: str = Field(
        default="faiss",
        description="Where collections are searched: `faiss` (files in the data folder), or "
        "`qdrant:URL,URL,…` (the nodes of a Qdrant cluster).",
    )
    embedder: str = Field(
        default="bge-small-en-v1.5",
        description="Embedding model: a name of `ragapp models list`, a folder, or a hub id.",
    )
    reranker: str | None = Field(
        default=None, description="Reranking model: a name of `ragapp models list`. Default: none."
    )
    support_model: str | None = Field(
        default="ms-marco-MiniLM-L-12-v2",
        description="Reranking model that reads whether the best sentences answer. Until its files are "
        "there, and when empty, words decide.",
    )
    generator: str = Field(
        default="extractive",
        description="Who writes answers: `extractive` (nobody: sentences are quoted), `local`, "
        "`local:/path/model.gguf`, `openai:MODEL`, any LangChain `provider:model`. "
        "Several, with commas between: the first that can.",
    )
    generator_large: str | None = Field(
        default=None,
        description="Who writes first in mode `generate`, and last in mode `auto`. Default: nobody else.",
    )
    follow_ups: Literal["rules", "generator"] = Field(
        default="rules",
        description="Who makes follow-ups stand alone; a generator takes its time before the search.",
    )
    verify: Literal["mark", "strict"] = Field(
        default="mark",
        description="What becomes of sentences that are not fully supported: `mark` them, or drop them "
        "(`strict`).",
    )
    openai_base_url: str | None = Field(
        default=None, description="Base URL of an OpenAI-compatible server for `openai:MODEL`."
    )
    answer_tokens: int = Field(default=256, ge=16, description="Tokens a generated answer may have.")
    thinking_tokens: int = Field(
        default=2048,
        ge=0,
        description="Tokens a model may think before it answers, besides those of its answer.",
    )
    prompt_tokens: int = Field(default=400, ge=64, description="Tokens of passages that a prompt may hold.")
    widen_tokens: int = Field(
        default=60, ge=0, description="Tokens before and behind a passage that a prompt may show."
    )
    chunk_tokens: int = Field(
        default=240, ge=16, le=8192, description="Longest chunk, in tokens of the embedder."
    )
    candidates: int = Field(
        default=100, ge=1, le=1000, description="Chunks kept from each leg before fusion."
    )
    fusion: Literal["scores", "ranks"] = Field(
        default="scores",
        description="How the legs are fused: `scores` (min-max, weighted) or `ranks` (reciprocal rank).",
    )
    dense_weight: float = Field(
        default=0.6,
        ge=0,
        le=1,
        description="The share of the leg by vectors when scores are fused; the leg by words has the rest.",
    )
