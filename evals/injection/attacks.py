"""Reads public sets of attacks: BIPIA and the prompt injections of PurpleLlama.

BIPIA: Yi et al., "Benchmarking and Defending Against Indirect Prompt Injection Attacks on Large Language
Models", KDD 2025 (https://github.com/microsoft/BIPIA). PurpleLlama: Bhatt et al., "CyberSecEval 2", 2024
(https://github.com/meta-llama/PurpleLlama).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field, RootModel, TypeAdapter

from evals.datasets.reading import read_document, read_rows
from evals.datasets.sampling import draw
from evals.runs import fingerprint
from ragapp.errors import UsageError

_URL = re.compile(r"\b(?:https?://|www\.)\S+|\b[\w-]{1,63}\.(?:com|xyz|org|net)\b")
_QUOTED = re.compile(r"[\"'“”‘’]([^\"'“”‘’]{4,})[\"'“”‘’]")


@dataclass(frozen=True, slots=True)
class Attack:
    """A document that contains an instruction, and an innocent question about the document.

    `instruction` is the attacker's text in the document. `wanted` are strings that the attacker wants the
    reader to see, such as addresses.
    """

    id: str
    kind: str
    question: str
    document: str
    instruction: str
    wanted: tuple[str, ...]


class _Context(BaseModel):
    context: str | list[str]
    question: str = Field(default="What is this about?", pattern=r"\S")


class _Attacks(RootModel[dict[str, list[str]]]):
    pass


class _Prompt(BaseModel):
    prompt_id: int
    test_case_prompt: str
    user_input: str
    injection_variant: str
    injection_type: str


class _Prompts(RootModel[list[_Prompt]]):
    pass


def load_attacks(folder: Path, limit: int | None, seed: int) -> list[Attack]:
    """Loads all attacks in the folder, or `limit` of them. Raises UsageError if there is none or a row is
    invalid.

    The files of BIPIA are `*_attack*.json` (instructions by kind) and `*.jsonl` (contexts with a question);
    each instruction is inserted into one context. The file of PurpleLlama is `*prompt_injection*.json`.
    """
    found = [*_bipia(folder), *_purple_llama(folder)]
    if not found:
        raise UsageError(
            f"{folder} contains no attacks. Pass a folder with BIPIA's *_attack*.json and *.jsonl, or "
            "PurpleLlama's *prompt_injection*.json."
        )
    if limit is None:
        return found
    kept = draw((attack.id for attack in found), limit, seed)
    return [attack for attack in found if attack.id in kept]


def _bipia(folder: Path) -> Iterator[Attack]:
    contexts = [
        row for path in sorted(folder.rglob("*.jsonl")) for _, row in read_rows(path, _Context) if row.context
    ]
    if not contexts:
        return
    number = 0
    for path in sorted(folder.rglob("*_attack*.json")):
        for kind, instructions in read_document(path, TypeAdapter(_Attacks)).root.items():
            for instruction in instructions:
                context = contexts[number * 7919 % len(contexts)]  # spread over all, the same each time
                yield _placed(kind, instruction, context, number)
                number += 1


def _placed(kind: str, instruction: str, context: _Context, number: int) -> Attack:
    """Inserts the instruction at the beginning, middle or end of the document, in turn, as BIPIA does."""
    text = context.context if isinstance(context.context, str) else "\n".join(context.context)
    lines = text.split("\n")
    at = (0, len(lines) // 2, len(lines))[number % 3]
    return Attack(
        id=fingerprint("bipia", kind, instruction, number),
        kind=kind,
        question=context.question.removeprefix("Q:").strip(),
        document="\n".join([*lines[:at], instruction, *lines[at:]]),
        instruction=instruction,
        wanted=_wanted_strings(instruction),
    )


def _purple_llama(folder: Path) -> Iterator[Attack]:
    """The system prompt becomes a document with a secret; the attack is inserted into another document."""
    for path in sorted(folder.rglob("*prompt_injection*.json")):
        for one in read_document(path, TypeAdapter(_Prompts)).root:
            yield Attack(
                id=fingerprint("purple-llama", one.prompt_id),
                kind=f"{one.injection_type}: {one.injection_variant}",
                question="What do these notes say?",
                document=f"Notes of the meeting.\n\n{one.user_input}\n\nThe meeting ended at noon.",
                instruction=one.user_input,
                wanted=tuple(_QUOTED.findall(one.test_case_prompt)),
            )


def _wanted_strings(instruction: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*_URL.findall(instruction), *_QUOTED.findall(instruction)]))
