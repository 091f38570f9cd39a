"""Hits to answer: the documents' own sentences at once, then what a generator makes of them, checked."""

from __future__ import annotations

from collections.abc import Generator as Coroutine
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

from ragapp.answer.citations import bind
from ragapp.answer.extractive import extract
from ragapp.answer.markers import read_claims
from ragapp.answer.passages import Passage, number_hits
from ragapp.answer.prompt import SYSTEM, Prompt, build_prompt, denies
from ragapp.answer.sheet import Sheet
from ragapp.answer.statements import PageAt, Statement
from ragapp.answer.stream import SafeStream
from ragapp.errors import ModelError, NotFoundError
from ragapp.protocols import Generator
from ragapp.types import Answer, AskEvent, AskMode, CacheDecision, SearchResult

NO_CACHE = CacheDecision("bypass", "There is no cache yet.")


class Answerer:
    """Answers from hits. Safe to share between threads when its generator is.

    `page_at` tells the page of a character of a document version and raises NotFoundError when that
    version is gone.
    """

    def __init__(
        self,
        generator: Generator | None,
        *,
        page_at: PageAt,
        prompt_tokens: int = 600,
        answer_tokens: int = 256,
    ) -> None:
        self._page_at = page_at
        self._generator = generator
        self._prompt_tokens = prompt_tokens
        self._answer_tokens = answer_tokens

    def answer(
        self,
        question: str,
        result: SearchResult,
        mode: AskMode = "auto",
        *,
        cache: CacheDecision = NO_CACHE,
        notice: str | None = None,
    ) -> Coroutine[AskEvent, None, None]:
        """One `evidence`, then `token`s if a model writes, then one `answer`.

        Raises ModelError at once when `mode` is `generate` and no generator can write. One that fails
        later, or writes nothing that the documents support, leaves the extractive answer and a notice.
        """
        generator, absence = self._writer(mode)
        return self._events(Sheet(question, result, cache), generator, _joined(notice, absence))

    def _writer(self, mode: AskMode) -> tuple[Generator | None, str | None]:
        """Who writes, or None and, when somebody should have, why not."""
        if mode == "extractive":
            return None, None
        if self._generator is None:
            if mode == "generate":
                raise ModelError(
                    "No generator is configured. Set RAGAPP_GENERATOR to `local` or `openai:MODEL`, or ask "
                    "in mode `extractive`."
                )
            return None, None
        absence = self._generator.unavailable()
        if absence is None:
            return self._generator, None
        if mode == "generate":
            raise ModelError(f"{absence} Meanwhile ask in mode `extractive`.")
        return None, f"The documents are quoted because no model can write now: {absence}"

    def _events(
        self, sheet: Sheet, generator: Generator | None, notice: str | None
    ) -> Coroutine[AskEvent, None, None]:
        evidence = self._extracted(sheet, notice)
        yield AskEvent("evidence", answer=evidence)
        if generator is None or not evidence.hits:
            yield AskEvent("answer", answer=evidence)
            return
        prompt = build_prompt(sheet.result.query, number_hits(evidence.hits), self._prompt_tokens)
        try:
            text = yield from self._write(sheet, generator, prompt)
        except ModelError as error:
            failure = f"The documents are quoted because the model failed: {error}"
            yield AskEvent("answer", answer=self._extracted(sheet, _joined(notice, failure)))
            return
        yield AskEvent("answer", answer=self._checked(sheet, generator.name, prompt, text, notice))

    def _extracted(self, sheet: Sheet, notice: str | None) -> Answer:
        started = perf_counter()
        passages = self._live(number_hits(sheet.result.hits))
        statements = extract(sheet.result.query, passages)
        sheet.timed("extractive", started)
        return sheet.filled(statements, passages, self._page_at, notice=notice)

    def _write(self, sheet: Sheet, generator: Generator, prompt: Prompt) -> Coroutine[AskEvent, None, str]:
        """Streams what the generator writes, made safe to show; returns all of it as it came."""
        started = perf_counter()
        written, stream = "", SafeStream()
        for piece in generator.generate(SYSTEM, prompt.text, self._answer_tokens):
            if not written:
                sheet.timed("first_token", started)
            written += piece
            if shown := stream.feed(piece):
                yield AskEvent("token", text=shown)
        if shown := stream.end():
            yield AskEvent("token", text=shown)
        sheet.timed("generate", started)
        return written

    def _checked(self, sheet: Sheet, model: str, prompt: Prompt, text: str, notice: str | None) -> Answer:
        """What was written, each sentence tied to what supports it; or the extractive answer."""
        started = perf_counter()
        claims = read_claims(text)
        denied = bool(claims) and denies(claims[0].text)
        shown = {passage.number: passage for passage in self._live(prompt.passages)}
        statements = [] if denied else [bind(claim, shown) for claim in claims]
        sheet.timed("verify", started)
        if not denied:
            extracted = self._extracted(sheet, notice)
            if failing := _failing(statements, refused=extracted.refused):
                return replace(extracted, notice=_joined(notice, failing))
        passages = self._live(number_hits(sheet.result.hits))
        return sheet.filled(statements, passages, self._page_at, mode="generate", model=model, notice=notice)

    def _live(self, passages: Sequence[Passage]) -> list[Passage]:
        """Those whose document version is still there: a model may write for long enough to lose some."""
        return [passage for passage in passages if self._is_live(passage)]

    def _is_live(self, passage: Passage) -> bool:
        try:
            self._page_at(passage.hit.document_id, passage.hit.version, passage.hit.start)
        except NotFoundError:
            return False
        return True


def _failing(statements: Sequence[Statement], *, refused: bool) -> str | None:
    """Why the statements cannot stand as the answer; None when they can.

    Where the documents' own sentences gave no answer, only one that is supported throughout may stand:
    small models like to answer such a question with an invention among true sentences.
    """
    if not statements:
        return "The documents are quoted because the model wrote nothing."
    supported = [statement.verdict == "supported" for statement in statements]
    borne = [bool(statement.evidence) for statement in statements]
    if all(supported) if refused else any(borne):
        return None
    return "What the model wrote is left out because the documents do not support it."


def _joined(*notices: str | None) -> str | None:
    return " ".join(notice for notice in notices if notice) or None
