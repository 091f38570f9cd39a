"""The settings that could change an answer, or an ingest, in one spelling."""

from __future__ import annotations

import json

from ragapp.settings import AnswerSettings, Settings

INGEST_VERSION = 3
"""Raise it when the same bytes would be parsed or chunked differently than before."""


def answer_settings(settings: Settings) -> str:
    """Everything set that could change hits or answers."""
    values = settings.model_dump(mode="json", include=set(AnswerSettings.model_fields))
    return json.dumps({"ingest": INGEST_VERSION, **values}, sort_keys=True)


def ingest_fingerprint(settings: Settings) -> str:
    """Names what turns bytes into chunks: documents brought in by another recipe are worth redoing."""
    return f"{INGEST_VERSION}/{settings.embedder}/{settings.chunk_tokens}"
