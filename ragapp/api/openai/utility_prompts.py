"""Utility prompts, which chat programs send on their own behalf: for titles, tags, search queries and so on.

Open WebUI and LibreChat send them to the model of the chat, over the same endpoint. They are not questions
about the documents. They are recognized by what only programs write: markup around the chat, or the JSON key
that the reply should have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ragapp.answering.sanitize import sanitized
from ragapp.api.openai.schemas import ChatRequest, Typed, text_of

Kind = Literal[
    "title",
    "tags",
    "follow_ups",
    "queries",
    "text",
    "prompt",
    "operations",
    "tool_calls",
    "emoji",
    "merge",
    "language",
    "summary",
    "context",
]
"""Those that expect JSON are named after its key."""

MAX_TOKENS = 512

_LONGEST_TITLE = 50
_CHAT = re.compile(
    r"<chat_history>(.*?)(?:</chat_history>|$)|<text>((?:(?!</?text>).)*+)</text>"
    r"|^#* ?(?:chat history|conversation|new lines):(?!\s*<chat_history>)(.*)",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_CONTEXT = re.compile(r"<context>.*(?:</context>|$)", re.DOTALL)
_KEY = re.compile(r'\{\s*\\?"(title|tags|follow_ups|queries|text|prompt|operations|tool_calls)\\?"\s*:')
_USERS = re.compile(r"^[#* \t]*(?:user|human):[*\s]*(\S.*)$", re.IGNORECASE | re.MULTILINE)


_THIS_CHAT = (
    r"(?:our|this|the (?:user's|following|above)|following|above) (?:conversation|chat|dialog(?:ue)?)\b"
)


def _patterns(*pairs: tuple[Kind, str]) -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(words, re.IGNORECASE | re.DOTALL)) for kind, words in pairs)


_WORDS = _patterns(
    ("operations", r"\blong-term memory should change|\b(?:set|delete)_memory\b"),
    ("emoji", r"\bfacial expression\b.{0,80}\bemoji"),
    ("merge", r"\bresponses from (?:various|multiple|different) models to the latest user query"),
    ("language", r"^\s*detect the language (?:used in|of) the following text"),
    ("summary", r"\bintegrating new lines into the current summary|\bnoting that it was cut-off\b"),
    (
        "title",
        r"\bconcise\b.{0,60}\btitle\b.{0,30}\b(?:the|this) (?:conversation|previous query|chat history)\b",
    ),
    ("title", r"\bphrase as a header for the following query\b"),
    ("title", rf"\b(?:generate|create|write|suggest)\b.{{0,80}}\btitle\b.{{0,40}}\b{_THIS_CHAT}"),
    ("title", rf"\bsummari[sz]e\b.{{0,40}}\b{_THIS_CHAT}.{{0,60}}\b(?:title|\d+ words|chat name)\b"),
    (
        "title",
        r"(?:^|[.:;,\n]\s{0,3})(?:output|return|reply|respond)(?: with)? only(?: with)? (?:a|the) title\b",
    ),
    ("text", r"\byou are an autocompletion system\b"),
    ("title", r"\banalyze this conversation and provide\b.{0,200}\btitle\b|\bsubmit_title\b"),
)
"""Phrases of prompts without markup that never occur in questions about documents."""

_CHAT_WORDS = _patterns(
    ("follow_ups", r"\bfollow[- ]?ups?\b"),
    ("queries", r"\bsearch quer(?:y|ies)\b"),
    ("prompt", r"\bprompt for .{0,20}\bimage\b"),
    ("text", r"\bautocomplet|\bcontinue the text\b"),
    ("tags", r"\btags?\b"),
    ("title", r"\btitle\b"),
)
"""Phrases of prompts that contain a marked-up chat and do not ask for JSON."""

_OWN_CONTEXT = re.compile(
    r"###\s*task:|\blearned knowledge\b|\bsemantic search was executed\b|\bprovided context\b|<source\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class UtilityPrompt:
    """A prompt of a chat program that is not a question about documents, such as a request for a title.

    `system` and `prompt` are the input of the generator; `as_json` tells whether the reply must be JSON."""

    kind: Kind
    as_json: bool
    system: str
    prompt: str
    first_question: str

    def reply(self, written: str | None) -> str:
        """The generator's text in the requested form, or a harmless default when there is none."""
        if written and not self.as_json:
            return sanitized(written).strip() or self._default()
        value = _value_in(written, self.kind) if written else None
        return self._as_json(value) if value is not None else self._default()

    def _as_json(self, value: object) -> str:
        return json.dumps({self.kind: value}, ensure_ascii=False)

    def _default(self) -> str:
        if self.kind == "title":
            title = _short(self.first_question)
            return self._as_json(title) if self.as_json else title
        return self._as_json(_EMPTY[self.kind]) if self.as_json else _PLAIN.get(self.kind, "")


_EMPTY: Mapping[Kind, object] = {
    "tags": [],
    "follow_ups": [],
    "queries": [],
    "operations": [],
    "tool_calls": [],
    "text": "",
    "prompt": "",
}
_NO_CONTEXT = (
    "I answer from the documents of this collection and cannot read what your chat program added to the "
    "question. Ask without attached files and web search, or set RAGAPP_GENERATOR."
)
_PLAIN: Mapping[Kind, str] = {
    "emoji": "💬",
    "language": "English",
    "context": _NO_CONTEXT,
    "merge": "The answers of several models cannot be merged here without a generator.",
}


def read_utility_prompt(request: ChatRequest) -> UtilityPrompt | None:
    """The utility prompt in a request; None when it is a question."""
    system = "\n\n".join(text_of(one) for one in request.messages if one.role in {"system", "developer"})
    said = [(str(one.role), text_of(one)) for one in request.messages if one.role in {"user", "assistant"}]
    last = said[-1][1] if said else ""
    full_text = f"{system}\n{last}"
    kind = _kind_of(full_text)
    if kind is None:
        return None
    wants_json = (request.response_format or Typed("text")).type.startswith("json")
    as_json = kind in {"title", *_EMPTY} and (wants_json or _KEY.search(full_text) is not None)
    prompt = last if len(said) == 1 else "\n\n".join(f"{role}: {text}" for role, text in said)
    return UtilityPrompt(kind, as_json, system, prompt, _first_question(full_text, said))


def _kind_of(full_text: str) -> Kind | None:
    instructions = _CHAT.sub(" ", _CONTEXT.sub(" ", full_text))
    if _CONTEXT.search(full_text) and _OWN_CONTEXT.search(full_text):
        return "context"
    key = _KEY.search(instructions)
    has_chat = _CHAT.search(full_text) is not None
    if key is not None and (has_chat or key[1] in {"operations", "tool_calls"}):
        return _named(key[1])
    for kind, words in (*_WORDS, *(_CHAT_WORDS if "<chat_history>" in full_text else ())):
        if words.search(instructions):
            return kind
    return None


def _named(key: str) -> Kind:
    return next(kind for kind in ("title", *_EMPTY) if kind == key)


def _value_in(written: str, key: Kind) -> object | None:
    """The value of the key in the generated JSON object, if it has the right type."""
    start, end = written.find("{"), written.rfind("}")
    try:
        value = json.loads(written[start : end + 1])[key]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if isinstance(value, str) and (key == "title" or isinstance(_EMPTY.get(key), str)):
        return sanitized(value).strip() or None
    if isinstance(value, list) and key in {"tags", "follow_ups", "queries"}:
        texts = (sanitized(one).strip() for one in value if isinstance(one, str))
        return [text for text in texts if text]
    return value if isinstance(value, list) and isinstance(_EMPTY.get(key), list) else None


def _first_question(full_text: str, said: list[tuple[str, str]]) -> str:
    """The first question of the chat, as far as the prompt contains it."""
    inside = _USERS.search(full_text)
    if inside is not None:
        return inside[1]
    return next((text for role, text in said[:-1] if role == "user"), "")


def _short(question: str) -> str:
    """The first words of a question, as a title."""
    title = ""
    for word in sanitized(question).strip(' "`').split():
        if len(title) + len(word) >= _LONGEST_TITLE:
            break
        title = f"{title} {word}".strip()
    return title.rstrip("?.!,;: ") or "Chat"
