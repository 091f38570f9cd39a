"""Source code: the text is unchanged, and definitions are headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.parse.encoding import decode
from ragapp.text.clean import clean
from ragapp.types import Heading, ParsedText

CODE_NAMES = frozenset(
    f".{ending}"
    for ending in (  # noqa: SIM905 - a list of a line's width each reads better than one of a word's
        "py pyi js jsx mjs ts tsx java kt kts scala go rs c h cc cpp cxx hpp cs swift rb php pl lua r jl sh "
        "bash zsh ps1 sql ex exs erl hs ml clj dart zig vue svelte"
    ).split()
)

_MODIFIERS = (
    "export|default|public|private|protected|internal|static|async|abstract|final|sealed|open|data|inline|"
    r"override|virtual|pub(?:\([\w:]+\))?|unsafe|extern|const|partial|local|case"
)
_KINDS = (
    "class|def|function|func|fun|fn|interface|struct|enum|trait|impl|module|namespace|object|record|protocol"
)
_DEFINITION = re.compile(
    rf"^(?P<indent>[ \t]*)(?:(?:{_MODIFIERS})\s++){{0,8}}(?:{_KINDS})\s++(?:\([^)\n]*\)\s*+)?"
    r"(?P<title>[A-Za-z_$][\w$.]*)",
    re.MULTILINE,
)


def parse_code(data: bytes, name: str) -> ParsedText:
    """Each definition is a heading at the level of its indentation; its line remains part of the text.

    Raises ParseError like `decode`.
    """
    text = clean(decode(data, name))
    return ParsedText(text, headings=tuple(_headings(text)))


def _headings(text: str) -> Iterator[Heading]:
    """The definitions up to the second level; those inside a function belong to it."""
    indents: list[int] = []
    for match in _DEFINITION.finditer(text):
        indent = len(match["indent"].expandtabs(4))
        while indents and indents[-1] >= indent:
            indents.pop()
        indents.append(indent)
        if len(indents) <= 2:
            yield Heading(len(indents), *match.span("title"))
