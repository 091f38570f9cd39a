"""Understands a question by rules: the kind of answer it wants, and the things that it names.

The rules are for English. Questions in other languages are recognized and are answered by shared words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from ragapp.answering.groundedness.value_reader import read_values
from ragapp.answering.terms import FUNCTION_WORDS, fold, stem, stems, word_set, words

QuestionKind = Literal[
    "fact",
    "number",
    "date",
    "person",
    "place",
    "yes_no",
    "definition",
    "how_to",
    "list",
    "difference",
    "comparison",
    "summary",
]


@dataclass(frozen=True)
class Question:
    """A question in its standalone form. `sides` are the two things that it compares, in the respect of
    `aspect` if it names one: "when they cancel a booking".

    `core` is the part that the documents must cover: the whole question, minus any topic that was added only
    to improve the search. `cased` is the same with the capitals that names have in the passages.
    """

    text: str
    kind: QuestionKind
    sides: tuple[str, ...] = ()
    aspect: str = ""
    core: str = ""
    cased: str = ""

    @property
    def required(self) -> str:
        return self.core or self.text

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stems(self.text))

    @cached_property
    def codes(self) -> frozenset[str]:
        """Part numbers, error codes, flags and the like, in lower case. They match whole or not at all."""
        found = (value for value in read_values(self.required).found if value.kind == "code")
        return frozenset(self.required[value.start : value.end].casefold() for value in found)

    @cached_property
    def years(self) -> frozenset[str]:
        return frozenset(_YEAR.findall(self.required))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The words of names, as written: capitalized ones but the first, and those of capitals alone."""
        return tuple(_names(self.required))

    @cached_property
    def nouns(self) -> frozenset[str]:
        """The stems of words that an article, a possessive or "of" marks as nouns: Ada's lawyer."""
        found = (match["noun"] for match in _NOUN.finditer(self.required))
        return frozenset(part for noun in found for part in stems(noun)) - _GENERAL_NOUNS

    @cached_property
    def attribute(self) -> frozenset[str]:
        """The stems of what is asked of a thing: "carbon footprint" of milk, the "authors" of a study."""
        found = _ATTRIBUTE.match(self.text) if self.kind in {"number", "person"} else None
        return frozenset(stems(found["what"])) - _GENERAL_NOUNS if found else frozenset()

    @cached_property
    def is_superlative(self) -> bool:
        return is_superlative(self.text)

    @cached_property
    def is_keywords(self) -> bool:
        """Whether it is a search rather than a sentence that asks: "next steps after the review"."""
        return self.kind == "fact" and _ASKS.search(self.text) is None

    @cached_property
    def is_english(self) -> bool:
        return is_english(self.text)


LONGEST = 600
"""Letters of a question that are understood; what follows is searched for all the same."""

_YEAR = re.compile(r"(?<![\w.,])(?:1[89]|20)\d\d(?![\w]|[.,]\d)")
AUXILIARY = (
    r"is|are|was|were|am|do|does|did|can|could|may|might|must|should|shall|has|have|had|will|would|isn't|"
    r"aren't|doesn't|don't|didn't|can't|won't"
)
_PATTERNS: Final[Mapping[QuestionKind, str]] = {
    "summary": r"^(?:please |can you |could you )?(?:briefly )?(?:summari[sz]e|sum up|outline)\b"
    r"|\bsummary of\b|\boverview of\b|\btl;?dr\b|\bin a nutshell\b|\bthe gist of\b"
    r"|^(?:what is|what's|whats) .{1,80} (?:all )?about"
    r"(?:,? (?:in (?:brief|short|a few words|one sentence)|briefly))?\??$"
    r"|\b(?:main|key) (?:points|takeaways)\b|^give me (?:a|the) (?:summary|overview|gist)\b",
    "difference": r"\bdifferen(?:ce|ces|t)\b.*\b(?:between|from|to)\b|\bdiffers? from\b"
    r"|^how (?:do|does) .{1,80} and .{1,80} differ\b|\bdistinguish(?:es)? .{1,80} from\b",
    "comparison": r"^compare\b|\bcompared? (?:to|with)\b|\b(?:vs\.?|versus)\b",
    "how_to": r"^(?:and |but |so )?how (?:to|does (?!.*\b(?:affect|relate|compare|differ)\b)"
    r"|(?:do|can|should|could|would|must) (?:i|we|you|one|they|a|an|the)\b(?! (?:price|cost|number|rate)))\b"
    r"|\b(?:steps|instructions|procedure|ways|tips) (?:to|for)\b|^what (?:steps|should (?:i|we|you) do)\b",
    "number": r"\bhow (?:many|much|old|long|far|tall|large|big|high|often|fast|deep|wide|heavy|hot|cold)\b"
    r"|\b(?:what|which) (?:is |was |are |were )?(?:the )?(?:\w+ ){0,2}(?:number|amount|percentage|percent"
    r"|share|proportion|fraction|age|size|distance|price|cost|rate|revenue|budget|height|length|width|weight"
    r"|temperature|speed|duration|total|average|salary|fee|rent)\b",
    "date": r"\bwhen\b|\b(?:what|which) (?:\w+ and )?(?:year|date|day|month|century|decade|time)\b",
    "person": r"\b(?:who|whom|whose)\b|\b(?:what|which) (?:person|author|company|organi[sz]ation)\b",
    "place": r"\bwhere\b|\b(?:what|which) (?:city|country|place|town|region|state|building|address)\b",
    "yes_no": rf"^(?:and |but |so )?(?:{AUXILIARY})\b",
    "list": r"^(?:list|name|enumerate)\b"
    r"|^(?:what|which) (?:\w+ ){0,2}?(?:kinds|types|sorts|categories|examples)\b"
    r"|^which (?:\w+ ){0,2}?\w{2,}(?<![siu])s (?!is\b|was\b|has\b|does\b|did\b)\w"
    r"|^(?:what|which) (?:\w+ ){0,3}?\w{2,}(?<!s)s (?:are|were|do|does|did|can|could|have|has|may|must|should"
    r"|will|belong|exist|cause|emerge|arise)\b|^what are the \w",
    "definition": r"^(?:what is|what's|what are|define|explain|what does .{1,60} (?:mean|stand for))\b"
    r"(?!.{0,80}\b(?:of|for|in|on|at|by|from|with|between)\b)(?! (?:the|your|my|our)\b)",
}
"""The first kind whose pattern is found is the question's."""

_KINDS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _PATTERNS.items()}
_BETWEEN = re.compile(
    r"\bbetween (?P<a>.{1,120}?) and (?P<b>.{1,120}?)(?: (?:in|of|for|on|at) .{1,120})?$", re.IGNORECASE
)
_DIFFERS = re.compile(
    r"^(?:how (?:do|does|is|are) )?(?P<a>.+?)"
    r" (?:differs? from|different from|compared? (?:to|with)|vs\.?|versus) (?P<b>.+)$",
    re.IGNORECASE,
)
_DIFFER = re.compile(
    r"^how (?:do|does) (?P<a>.{1,80}?) and (?P<b>.{1,80}?) differ\b(?: from (?:each other|one another))?"
    r"(?P<aspect>.*)$",
    re.IGNORECASE,
)
_DISTINGUISHES = re.compile(r"\bdistinguish(?:es)? (?P<a>.{1,80}?) from (?P<b>.{1,80})$", re.IGNORECASE)
_COMPARE = re.compile(r"^compare (?P<a>.+?) (?:and|with|to) (?P<b>.+)$", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\w.-]*")
_SOURCE = re.compile(
    r"(?:in|according to|from|per|as stated in|based on) (?=[^,]{0,80}(?:\.\w{2,5}\b|document|file|report"
    r"|paper|study|article|agreement|contract|manual|policy|10-[kq]\b|filing|letter|memo|e-?mail|handbook))[^,]{2,80},\s+",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.?!]*(?:[.?!](?![\s]|$)[^.?!]*)*[.?!]+|[^.?!]+$")
_PREAMBLE = re.compile(
    r"^(?:using|considering|based on|given|looking at|basing)\b[^,:]{0,120}[,:]\s+", re.IGNORECASE
)
_FISCAL = re.compile(r"\bFY\s?['’]?((?:19|20)\d\d|\d\d)\b", re.IGNORECASE)
_QUARTER = re.compile(r"\bQ([1-4])['’]?((?:19|20)\d\d)\b", re.IGNORECASE)
FOUR_DIGITS = 4
_ARTICLE = re.compile(r"^(?:the|a|an) ", re.IGNORECASE)


def understand(text: str, core: str = "") -> Question:
    """The question with its kind and what it names; `core` as in a Question."""
    core, text = fold(core), _read_part(text)
    kind: QuestionKind = next((kind for kind, pattern in _KINDS.items() if pattern.search(text)), "fact")
    sides, aspect = _sides(text) if kind in {"difference", "comparison"} else ((), "")
    if kind in {"difference", "comparison"} and not sides:
        kind = "fact"
    return Question(text, kind, sides, aspect, _read_part(core))


def _read_part(text: str) -> str:
    """What is read of a question: the sentence that asks, without the document that it names."""
    text = fold(text[:LONGEST])
    return _fiscal_years_as_years(_asking_part(_without_source(text))) if text else ""


def _without_source(text: str) -> str:
    """The question without "In price_list.csv, …" and the like, which name its document."""
    named = _SOURCE.match(text)
    rest = text[named.end() :] if named else text
    return f"{rest[0].upper()}{rest[1:]}" if named and stems(rest) else text


def _asking_part(text: str) -> str:
    """The sentence that asks, without what goes with it: "Answer in millions.", "Using the table, …"."""
    asks = [part for part in _SENTENCE.findall(text) if part.rstrip().endswith("?")]
    if not asks or len(asks[0]) == len(text):
        return text
    part = _PREAMBLE.sub("", asks[0].strip())
    return f"{part[0].upper()}{part[1:]}" if stems(part) else text


def _fiscal_years_as_years(text: str) -> str:
    """Writes FY2022 and FY22 as 2022, and Q22023 as Q2 2023, as documents do."""
    text = _QUARTER.sub(r"Q\1 \2", text)
    return _FISCAL.sub(lambda found: found[1] if len(found[1]) == FOUR_DIGITS else f"20{found[1]}", text)


def _sides(text: str) -> tuple[tuple[str, ...], str]:
    """The two things that a question compares, and the aspect in which it does."""
    bare = text.rstrip(" ?.!")
    for pattern in (_BETWEEN, _COMPARE, _DIFFER, _DISTINGUISHES, _DIFFERS):
        if found := pattern.search(bare):
            first, second = (_ARTICLE.sub("", found[side].strip()) for side in ("a", "b"))
            if stems(first) and stems(second):
                aspect = found["aspect"].strip() if pattern is _DIFFER else ""
                return (first, _completed(second, first)), aspect
    return (), ""


def _completed(second: str, first: str) -> str:
    """A second thing that is named by its number alone, with the other's name: "model 50 versus 55"."""
    *named, last = first.split()
    return " ".join([*named, second]) if _NUMBER.fullmatch(second) and _NUMBER.fullmatch(last) else second


_NAME = re.compile(r"[^\W\d_](?:[^\W_]|['’.&-](?=[^\W_]))*")
_NOT_NAMES = word_set("i i'm i’m i'd i’d ok usd eur gbp jpy chf fy q1 q2 q3 q4 ytd yoy")
"""Words with capitals that name nothing."""
_NOUN = re.compile(
    r"(?:\b(?:the|an?|of|my|our|your|their|his|her)|['’]s) (?P<noun>[a-z]{4,30})\b(?! [a-z]{2,30}ed\b)"
)
_ATTRIBUTE = re.compile(
    r"(?:what|who|how much|how high|how large) (?:is|was|are|were) the (?P<what>[^?]{3,60}?)"
    r"(?: (?:of|for|in|per|on|at|by|to)\b|\?|$)",
    re.IGNORECASE,
)
_GENERAL_NOUNS = frozenset(
    stems(
        "average total number amount value name kind type size level rate price cost thing way part end "
        "start year month day date first last second third main only same other city country people person "
        "company place time another newer older latest next previous following original"
    )
)
_AGGREGATE = re.compile(
    r"\b(?:averages?|mean|median|sum|totals?|altogether|combined|in all|together)\b", re.IGNORECASE
)
_ASKS = re.compile(
    rf"\?|^(?:{AUXILIARY})\b|\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE
)
_SUPERLATIVE = re.compile(
    r"\b(?:most|least|highest|lowest|largest|smallest|biggest|greatest|fewest|longest|shortest|oldest|newest|latest"
    r"|earliest|best|worst|cheapest|tallest|fastest|heaviest|maximum|minimum|top)\b(?! (?:of|recent)\b)",
    re.IGNORECASE,
)


def _names(text: str) -> list[str]:
    found = []
    opens = True
    shouted = text.isupper()
    for match in _NAME.finditer(text):
        word = match.group()
        bare = word.removesuffix("'s").removesuffix("’s")
        all_capitals = len(bare) > 1 and bare.isupper()
        capital = bare[0].isupper() and (not opens or all_capitals) and bare.lower() not in FUNCTION_WORDS
        if capital and not shouted and bare.lower() not in _NOT_NAMES:
            found.append(bare)
        opens = text[match.end() : match.end() + 1] in {".", "!", "?", ":"}
    return found


_FOREIGN = word_set(
    """
    der die das und ist sind wie was wer wo wann warum welche welcher welches ein eine einen im den dem des
    von mit für auf nicht werden wird qui que quoi quel quelle quels quelles où quand comment pourquoi est
    sont le la les du une dans pour avec sur dirige qué quién quiénes cuál cuáles cuándo dónde cómo por el los
    las del una para con es son usa chi che cosa quale quali dove quando perché il gli della nel è sono wat
    wie waar wanneer hoe het een van voor os uma da dos em não qual onde como
    """
)
_ENGLISH_TOO = word_set("die was do a on in me to is as per no an am so")
_LATIN = 0x24F


def is_english(text: str) -> bool:
    """Whether a text reads as English; a few keywords without any small words do."""
    if any(ord(letter) > _LATIN for letter in text if letter.isalpha()):
        return False
    small = [word.lower() for word in words(text)]
    foreign = sum(word in _FOREIGN and word not in _ENGLISH_TOO for word in small)
    english = sum(word in FUNCTION_WORDS for word in small)
    return foreign <= english


def is_superlative(text: str) -> bool:
    """Whether a text tells, or asks for, the highest or lowest of several."""
    return _SUPERLATIVE.search(text) is not None


def is_aggregate(text: str) -> bool:
    """Whether a text tells, or asks for, what several values come to."""
    return _AGGREGATE.search(text) is not None


def name_stem(name: str) -> str:
    return stem(name.lower())
