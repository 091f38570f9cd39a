"""How text becomes the words that are indexed; a query goes the same way."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

VERSION = 1
"""Raise it when the same text would give other words than before: views are then built anew."""

LONGEST_BYTES = 128
"""Longer words are left out. SHA-512 in hex still fits, base64 attachments do not."""

SOFT_HYPHEN = "\u00ad"

UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"  # Japanese, Chinese
)
"""Runs of scripts that put no spaces between words."""


def spaced(text: str) -> str:
    """`text` with compatibility forms resolved and unspaced scripts as characters and pairs of them.

    NFKC turns the ligatures of PDFs and full-width digits into plain letters, and joins accents that
    stand apart. Characters together with pairs find Chinese at MRR@10 .949 and Thai at .911 on XQuAD
    (240 paragraphs, 1,190 questions), pairs alone .944 and .915, whole runs .119 and .649.
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).replace(SOFT_HYPHEN, "")
    return UNSPACED.sub(_characters_and_pairs, text)


def analyser() -> TextAnalyzer:
    """Words of letters and digits, folded to lower case without accents, by their English stem.

    Stop words stay: BM25 weighs them down, dropping them gains nothing (SciFact nDCG@10 .700 either way,
    XQuAD .953 against .956), and "The Who" is found.
    """
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(LONGEST_BYTES))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stemmer("english"))
        .build()
    )


def _characters_and_pairs(run: re.Match[str]) -> str:
    characters = run[0]
    pairs = (first + second for first, second in pairwise(characters))
    return f" {' '.join((*characters, *pairs))} "
