"""Tokenizers as the models' own `tokenizer.json` describes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ragapp.errors import ModelError


def load_tokenizer(path: Path) -> Tokenizer:
    """A `tokenizer.json` without the padding and truncation it may ask for. Raises ModelError."""
    if not path.is_file():
        raise ModelError(f"{path} is missing: it belongs to the model. Fetch the model again.")
    return plain(Tokenizer.from_file(str(path)))


def plain(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer, set to neither pad nor truncate: it is then never changed again, and safe in threads."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def token_spans(tokenizer: Tokenizer, text: str) -> NDArray[np.int64]:
    """The tokens of `text` as character spans: shape (tokens, 2), without special tokens."""
    offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    return np.array(offsets, dtype=np.int64).reshape(-1, 2)
