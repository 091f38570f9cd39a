"""The settings that can change search results or answers: cached answers and evaluations depend on them."""

from __future__ import annotations

from pathlib import Path
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
        "`local:/path/model.gguf`, `local:hf:REPOSITORY[:FILE]`, `ollama:MODEL`, `openai:MODEL`, "
        "`openai:MODEL@URL`, a plugin (`NAME` or `NAME:MODEL`), or any LangChain `provider:model`. "
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
    formulas: Path | None = Field(
        default=None,
        description="A TOML file with formulas that are computed from tables, beside those that come with "
        "the program. docs/answers.md describes its form.",
    )
    openai_base_url: str | None = Field(
        default=None, description="Base URL of an OpenAI-compatible server for `openai:MODEL`."
    )
    ollama_url: str | None = Field(
        default=None,
        description="URL of Ollama for `ollama:MODEL`. Default: that of OLLAMA_HOST, or http://127.0.0.1:11434.",
    )
    answer_tokens: int | None = Field(
        default=None,
        ge=16,
        description="Most tokens in a generated answer. Default: 256 for a small model, up to 1024 for "
        "a larger one, within its context.",
    )
    thinking_tokens: int = Field(
        default=2048,
        ge=0,
        description="Most reasoning tokens a model may produce, in addition to those of its answer.",
    )
    prompt_tokens: int | None = Field(
        default=None,
        ge=64,
        description="Most tokens of passages in a prompt. Default: 400 for a small model (1000 if it reads "
        "fast), for a larger one up to 12000, within its context and what it reads in 20 s.",
    )
    model_class: Literal["auto", "small", "large"] = Field(
        default="auto",
        description="How generators are prompted: `small` (copy the best sentence), `large` (combine "
        "passages), or by the size that the model's server or name states (`auto`).",
    )
    context_tokens: int | None = Field(
        default=None,
        ge=512,
        description="Tokens of a generator's context, for prompt and answer together. Default: what its "
        "server states; 16384 at most are requested of Ollama.",
    )
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
