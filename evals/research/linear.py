"""Measures the CPU time of parsing by the length of the text, as rows of a Markdown table.

python -m evals.research.linear
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from time import process_time

from ingest.parse.code import parse_code
from ingest.parse.html import read_html
from ingest.parse.markdown import parse_markdown
from ingest.parse.markup import parse_asciidoc, parse_rst
from ingest.parse.subtitles import parse_subtitles
from ingest.parse.text import parse_text
from ragapp.answering.groundedness.value_reader import read_values
from ragapp.answering.sanitize import sanitized
from ragapp.protocols import Parser
from ragapp.text.sentences import sentence_spans

LENGTHS = (62_500, 250_000, 1_000_000)
TEXTS = {
    "one word": "a",
    "opening brackets": "![",
    "opening comments": "<!--",
    "blanks": " ",
    "numbers": "111 ",
    "line breaks": "\n",
    "nested elements": "<b>a",
    "modifiers": "public\n",
    "cues": "00:01.0 --> 00:02.0\na\n",
}
PARSERS: dict[str, Parser] = {
    "a.txt": parse_text,
    "a.md": parse_markdown,
    "a.adoc": parse_asciidoc,
    "a.rst": parse_rst,
    "a.py": parse_code,
    "a.srt": parse_subtitles,
    "a.html": lambda data, _name: read_html(data.decode()),
}
"""The parsers, by the name of a document that they parse."""

READERS: dict[str, Callable[[str], object]] = {
    "plain": sanitized,
    "read_values": read_values,
    "sentence_spans": sentence_spans,
}


def _parsed(parser: Parser, name: str, text: str) -> object:
    return parser(text.encode(), name)


def seconds(reader: Callable[[str], object], text: str) -> float:
    started = process_time()
    reader(text)
    return process_time() - started


def main() -> None:
    readers: dict[str, Callable[[str], object]] = dict(READERS)
    readers |= {name: partial(_parsed, parser, name) for name, parser in PARSERS.items()}
    for name, reader in readers.items():
        for label, seed in TEXTS.items():
            took = [seconds(reader, (seed * length)[:length]) for length in LENGTHS]
            cells = " | ".join(f"{one:.3f}" for one in took)
            sys.stdout.write(f"| `{name}` | {label} | {cells} | {took[2] / max(took[1], 1e-4):.1f} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
