"""The words of a document's name or title, as they are compared with those of a question."""

from __future__ import annotations

import re

_WORD = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")
_ENDING = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|odp|txt|md|html?|csv|tsv|eml|msg|json|xml|rtf|epub|vtt|srt|nxml)\b"
)
_GENERAL_WORDS = """
    a an the of and or for to in on at by with from is are was were be what which who when where how do does did
    i you we they it this that these those my our your their its about as not no can could should document
    documents file files page pages paper report study article section according me tell show give please
    version final draft copy new old untitled microsoft word
"""
_GENERAL = frozenset(_GENERAL_WORDS.split())
"""Words that tell no document from another."""
_PLURAL = re.compile(r"(?<=[^\W\d_]{3})(?<!s)s$")


def name_words(text: str) -> list[str]:
    """Lower-case words and numbers, letters and digits apart, without endings of files and general words."""
    lower = _ENDING.sub(" ", text.casefold())
    found = (_PLURAL.sub("", word) for word in _WORD.findall(lower))
    return [word for word in found if word not in _GENERAL and (len(word) > 1 or word.isdigit())]
