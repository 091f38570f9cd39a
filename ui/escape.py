"""Escapes text from outside, so that it is never read as HTML or Markdown.

Document text, file names, headings, answers and error messages may all be hostile. They are shown in two ways
only: inside our own HTML through `html_text`, or in a Streamlit label through `label_text`.
"""

from __future__ import annotations

import html
import re

_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKDOWN_ACTIVE = re.compile(r"[\\`*_{}\[\]()<>#+.!|~$:@/=^&\"'-]")
# Streamlit links bare addresses and expands `:names:` and arrows in the finished text, when backslashes
# are gone: only a pattern that is broken up stays inert. A word joiner is invisible and has no width.
_PATTERN_START = re.compile(r"[:@/<>=~-]|www(?=\.)", re.IGNORECASE)
_JOINER = "\u2060"


def visible(text: str) -> str:
    """Removes characters that make text look different from what it is: bidirectional overrides and control
    characters.

    Line breaks and tabs stay, and a page break becomes a line break. A lone surrogate, which cannot be sent
    to a browser, becomes U+FFFD.
    """
    return _SURROGATE.sub("\ufffd", _HIDDEN.sub("", text.replace("\f", "\n")))


def html_text(text: str) -> str:
    """Escapes `text` for use as the content of an HTML element or as a double-quoted attribute value."""
    return html.escape(visible(text), quote=True)


def label_text(text: str) -> str:
    """Escapes `text`, on one line, for a Streamlit label or message, which would interpret Markdown."""
    one_line = " ".join(visible(text).split())
    broken_up = _PATTERN_START.sub(rf"\g<0>{_JOINER}", one_line)
    return _MARKDOWN_ACTIVE.sub(r"\\\g<0>", broken_up)
