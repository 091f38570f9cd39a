"""The settings that can change search results or answers: cached answers and evaluations depend on them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class AnswerSettings(BaseModel):
    index: str = Field(
        default="faiss",
        description="Search index: `faiss` (files in the data folder), `qdrant:URL,URL,…` (the nodes of a "
        "Qdrant cluster), or a plugin (`NAME` or `NAME:ARGUMENT`).",
    )
    embedder: str = Field(
        default="bge-small-en-v1.5",
        description="Embedding model: a name from `ragapp models list`, a folder, a hub id, or a plugin "
        "(`NAME` or `NAME:MODEL`).",
    )
    reranker: str | None = Field(
        default=None,
        description="Reranking model: a name from `ragapp models list`, a folder, a hub id, or a plugin "
        "(`NAME` or `NAME:MODEL`). Default: none.",
    )
    support_model: str | None = Field(
        default="ms-marco-MiniLM-L-12-v2",
        description="Reranking model that reads the best candidates for an answer beside the reader that "
        "comes with the package. For other languages than English it decides whether there is an "
        "answer; when this is empty, or until the model is installed, keyword overlap does.",
    )
    generator: str = Field(
        default="extractive",
        description="What writes answers: `extractive` (no model; sentences are quoted), `local`, "
        "`local:/path/model.gguf`, `openai:MODEL`, a plugin (`NAME` or `NAME:MODEL`), or any LangChain "
        "`provider:model`. "
        "In a comma-separated list, the first one that is available is used.",
    )
    generator_large: str | None = Field(
        default=None,
        description="Generator tried first in mode `generate` and last in mode `auto`. Default: none.",
    )
    follow_ups: Literal["rules", "generator"] = Field(
        default="rules",
        description="How follow-up questions are rewritten to stand alone: by `rules`, or by the "
        "`generator`, which delays the search.",
    )
    verify: Literal["mark", "strict"] = Field(
        default="mark",
        description="What happens to sentences that are not fully supported: `mark` marks them, `strict` "
        "drops them.",
    )
    openai_base_url: str | None = Field(
        default=None, description="Base URL of an OpenAI-compatible server for `openai:MODEL`."
    )
    answer_tokens: int = Field(default=256, ge=16, description="Most tokens in a generated answer.")
    thinking_tokens: int = Field(
        default=2048,
        ge=0,
        description="Most reasoning tokens a model may produce, in addition to those of its answer.",
    )
    prompt_tokens: int = Field(default=400, ge=64, description="Most tokens of passages in a prompt.")
    widen_tokens: int = Field(
        default=60,
        ge=0,
        description="Window expansion: tokens of context a prompt shows before and after each passage.",
    )
    chunk_tokens: int = Field(
        default=240, ge=16, le=8192, description="Largest chunk, in tokens of the embedder."
    )
    chunker: str = Field(
        default="sections",
        description="How text is cut into chunks: `sections` (along headings, paragraphs and sentences), or "
        "the name of a plugin.",
    )
    candidates: int = Field(
        default=100, ge=1, le=1000, description="Chunks taken from each retriever before fusion."
    )
    fusion: Literal["scores", "ranks"] = Field(
        default="scores",
        description="How the results of the retrievers are fused: `scores` (weighted min-max scores) or "
        "`ranks` (reciprocal rank fusion).",
    )
    dense_weight: float = Field(
        default=0.6,
        ge=0,
        le=1,
        description="Weight of the dense retriever when scores are fused; the keyword retriever has the "
        "rest.",
    )
