"""Processor seconds that reading takes by the length of the text, as rows of a Markdown table.

python -m evals.calibration.linear
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import process_time

from ragapp.answer.plain import plain
from ragapp.answer.stated import read_values
from ragapp.sentences import sentence_spans

LENGTHS = (62_500, 250_000, 1_000_000)
TEXTS = {
    "one word": "a",
    "opening brackets": "![",
    "opening comments": "<!--",
    "blanks": " ",
    "numbers": "111 ",
}
READERS: dict[str, Callable[[str], object]] = {
    "plain": plain,
    "read_values": read_values,
    "sentence_spans": sentence_spans,
}


def seconds(reader: Callable[[str], object], text: str) -> float:
    started = process_time()
    reader(text)
    return process_time() - started


def main() -> None:
    for name, reader in READERS.items():
        for label, seed in TEXTS.items():
            took = [seconds(reader, (seed * length)[:length]) for length in LENGTHS]
            cells = " | ".join(f"{one:.3f}" for one in took)
            sys.stdout.write(f"| `{name}` | {label} | {cells} | {took[2] / max(took[1], 1e-4):.1f} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
