"""Separates what a model thinks from what it answers, while the text streams in.

Models mark their thinking in different ways: `<think>…</think>` (DeepSeek-R1, Qwen3, and many more under
other names), `[THINK]…[/THINK]` (Mistral), `◁think▷` (Kimi), `<|START_THINKING|>` (Cohere),
`<|begin_of_thought|>` (Sky-T1), `<|channel>thought…<channel|>` (Gemma), "Here is my thought process:"
(Granite) and the channels of harmony (gpt-oss, https://cookbook.openai.com/articles/openai-harmony).
Servers are meant to send the thinking in a field of its own, but many pass it on as text, and some chat
templates hold the opening tag, so that only the closing one is ever written.
"""

from __future__ import annotations

import re
from typing import Literal

CLOSED = "</think>"
"""Without an opening tag: all that was written before it was thinking."""

_NAMES = (
    r"(?:\w+:)?(?:think|thinking|thoughts?|reasoning|reflection|analysis|scratchpad|(?:inner_)?monologue)"
)
_MARK = re.compile(
    rf"(?<!`)(?:(?P<opens><\s*{_NAMES}\b[^<>/]*>|\[(?:THINK|THINKING|THOUGHT|REASONING)\]|◁think▷"
    r"|<\|(?:begin_of_thought|START_THINKING)\|>|<\|channel>|<unused94>)"
    rf"|(?P<closes><\s*/\s*{_NAMES}\s*>|\[/(?:THINK|THINKING|THOUGHT|REASONING)\]|◁/think▷"
    r"|<\|(?:end_of_thought|END_THINKING)\|>|<channel\|>|<unused95>|Here(?:'s| is) my response:)"
    r"|(?P<header><\|(?:channel|start)\|>)|(?P<message><\|message\|>)|(?P<ends><\|(?:end|return|call)\|>)"
    rf"|(?P<wraps></?(?:answer|final_answer|response)>|<\s*{_NAMES}\s*/>"
    r"|<\|(?:(?:begin|end)_of_solution|(?:START|END)_RESPONSE)\|>))",
    re.IGNORECASE,
)
_BEGUN = re.compile(r"`?(?:<[^<>]*|\[/?[A-Za-z]*|◁[^▷]*)$|`$")
"""The end of a text in which a mark may have begun."""

_LONGEST_MARK = 60
"""Characters. What looks like the beginning of a mark and is longer is text."""

_BARE_OPENING = re.compile(r"analysis(?=[A-Z*\"'\n])")
_BARE_CLOSING = re.compile(r"assistant\s*final\s*(?=[^a-z\s])")
"""Harmony as servers send it that drop its special tokens: `analysisWe need … assistantfinalThe …`."""

_THINKING_ALOUD = (
    *("okay,", "okay.", "okay so", "ok,", "ok so", "alright,", "hmm", "wait,", "let me ", "let's "),
    *("let us ", "we need ", "we have to ", "we are given", "we are asked", "i need to ", "i should "),
    *("the user asks", "the user is asking", "the user want", "user asks", "the question asks"),
    *("so the user", "so, the user", "first, i ", "first, let", "first, we ", "thinking"),
    *("here is my thought process", "here's my thought process", "嗯", "好的", "好,", "用户"),
)
"""How thinking mostly begins whose opening tag stands in the chat template, and how few answers do."""

_Mode = Literal["beginning", "answer", "thinking", "waiting", "header"]


class Reasoning:
    """A filter for one text. `opened` says that the model is known to leave out its opening tag.

    Text that begins as thinking does waits until a closing tag shows that it was, or its end that it was not.
    Time is linear in the text's length.
    """

    def __init__(self, *, opened: bool = False) -> None:
        self._mode: _Mode = "waiting" if opened else "beginning"
        self._bare = False
        self._held = ""
        self._header = ""
        self._waiting: list[str] = []
        self._answer: list[str] = []
        self._shown = 0
        self.seen = False
        """Whether there was thinking."""
        self.unopened = False
        """Whether it was closed without ever having been opened."""
        self.retractions = 0
        """How often all that had been returned turned out to be thinking."""

    @property
    def answer(self) -> str:
        """What belongs to the answer so far."""
        return "".join(self._answer)

    @property
    def thinking(self) -> bool:
        """Whether the text is within its thinking now."""
        return self._mode == "thinking"

    def feed(self, piece: str) -> str:
        """What is now known to belong to the answer, perhaps nothing."""
        self._held += piece
        if self._mode == "beginning":
            self._mode = self._judged(self._held.lstrip())
        if self._mode != "beginning":
            self._scan()
        return self._new()

    def end(self, *, whole: bool = True) -> str:
        """The rest of the answer. `whole` says that the model came to its own end: what waited for a tag is
        then its answer.
        """
        if self._mode == "waiting" and not whole:
            self.seen = True
        elif self._mode in {"beginning", "answer", "waiting"}:
            self._mode = "answer"
            self._add(*self._waiting, self._held)
        self._held = ""
        return self._new()

    def _judged(self, start: str) -> _Mode:
        """What the beginning of a text is, as soon as that can be told."""
        lowered = start.lower()
        if _BARE_OPENING.match(start):
            self._bare = self.seen = True
            return "thinking"
        if lowered.startswith(_THINKING_ALOUD):
            return "waiting"
        undecided = any(opening.startswith(lowered) for opening in ("analysis", *_THINKING_ALOUD))
        return "beginning" if undecided else "answer"

    def _scan(self) -> None:
        """Takes what is certain off the held text."""
        held, at = self._held, 0
        while mark := (_BARE_CLOSING if self._bare else _MARK).search(held, at):
            self._consume(held[at : mark.start()])
            self._pass(mark)
            at = mark.end()
        cut = max(at, self._certain(held))
        self._consume(held[at:cut])
        self._held = held[cut:]

    def _certain(self, text: str) -> int:
        """Up to where no mark can have begun that the next piece completes."""
        tail = max(0, len(text) - _LONGEST_MARK)
        if self._mode != "answer":
            return tail
        begun = _BEGUN.search(text, tail)
        return begun.start() if begun else len(text)

    def _consume(self, text: str) -> None:
        if self._mode == "answer":
            self._add(text)
        elif self._mode == "waiting":
            self._waiting.append(text)
        elif self._mode == "header":
            self._header = (self._header + text)[:_LONGEST_MARK]

    def _add(self, *texts: str) -> None:
        """To the answer, which begins without white space when there was thinking before it."""
        for text in texts:
            added = text.lstrip() if self.seen and not self._answer else text
            if added:
                self._answer.append(added)

    def _pass(self, mark: re.Match[str]) -> None:
        kind = mark.lastgroup
        if kind is None:  # of a bare closing
            self._bare, self._mode = False, "answer"
        elif kind == "opens":
            self._open()
        elif kind == "closes":
            self._close()
        elif kind == "header":
            self._header, self._mode = "", "header"
        elif kind == "message" and self._mode == "header":
            self._enter(self._header.strip().lower())
        elif kind == "ends" and self._mode == "thinking":
            self._mode = "answer"

    def _open(self) -> None:
        """An explicit opening shows that what waited was text."""
        self._add(*self._waiting)
        self._waiting.clear()
        self.seen, self._mode = True, "thinking"

    def _close(self) -> None:
        if self._mode != "thinking":
            self.unopened = self.unopened or not self.seen
            self.retractions += self._shown > 0
            self._shown = 0
            self._answer.clear()
            self._waiting.clear()
        self.seen, self._mode = True, "answer"

    def _enter(self, header: str) -> None:
        """A message of harmony begins, in the channel that its header names."""
        if header.startswith("final") or header == "assistant":
            self._mode = "answer"
        else:
            self._open()

    def _new(self) -> str:
        """What has joined the answer since the last time."""
        new = "".join(self._answer[self._shown :])
        self._shown = len(self._answer)
        return new


def without_reasoning(text: str) -> str:
    """A model's text without its reasoning."""
    reasoning = Reasoning()
    reasoning.feed(text)
    reasoning.end()
    return reasoning.answer
