"""Makes untrusted text safe to show: markup in it has no effect.

A model, or a document through it, can write an image or a link whose address leaks data as soon as it is
rendered (EchoLeak, CVE-2025-32711). The output contains none of the character pairs that Markdown or HTML
need for an image, a link, a tag or an auto-linked address.
"""

from __future__ import annotations

import re

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_DEFINITION = re.compile(r"^[ \t]*\[[^\]\n]+\]:.*$", re.MULTILINE)
_IMAGE = re.compile(r"[ \t]?!\[[^\[\]]{0,300}+\](?:\([^)]{0,2000}+\)|\[[^\[\]]{0,300}+\])")
_LINK = re.compile(r"\[([^\[\]]{0,300}+)\](?:\([^)]{0,2000}+\)|\[[^\[\]\d][^\[\]]{0,300}+\])")
_TAG = re.compile(
    r"<!--(?:[^<-]|<(?!!--)|-(?!->)){0,2000}+-->"
    r"|</?(?:a|abbr|audio|b|base|body|br|button|code|div|em|embed|form|h[1-6]|head|hr|html|i|iframe|img|input|li|link|mark|math|meta|object|ol|p|pre|script|small|source|span|strong|style|sub|sup|svg|table|tbody"
    r"|td|template|textarea|th|thead|tr|u|ul|video)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_SCHEME = re.compile(r"(?:\w[\w+.-]{0,40}://)+")
# Every repetition has a bound, and hardly any goes beyond the next opening mark: a text of opening marks that
# nothing closes would take quadratic time, or much time for each of them. What is longer keeps its
# characters, and `disarmed` parts the pairs that could start markup.

_DISARMED = (
    (re.compile(r"(?<!!)!+(?=\[)"), ""),  # ![ opens an image
    (re.compile(r"\](?=[(\[:])"), "] "),  # ]( and ][ make a link, ]: defines one
    (re.compile(r"<(?=[A-Za-z/!?])"), "< "),  # opens a tag
    (re.compile(r"://"), ": //"),  # makes an address link itself
    (re.compile(r"\b(www)\.", re.IGNORECASE), r"\1 ."),
)


def sanitized(text: str) -> str:
    """The visible text: link texts stay, addresses lose their scheme, other markup is removed."""
    text = _DEFINITION.sub("", _INVISIBLE.sub("", text))
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    text = _SCHEME.sub("", _TAG.sub("", text))
    return disarmed(text)


def disarmed(text: str) -> str:
    """The text without markup: characters that could start any are separated from each other. Words stay
    intact.
    """
    for pair, parted in _DISARMED:
        text = pair.sub(parted, text)
    return text
