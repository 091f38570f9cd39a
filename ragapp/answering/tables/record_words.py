"""The words by which questions over tables of records are understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ragapp.answering.terms import NUMBER_WORDS, word_set


@dataclass(frozen=True, slots=True)
class Superlative:
    """What a word such as "cheapest" compares: columns whose names have one of the `stems`, or any column of
    numbers that the question names. `moment` is set for words that compare dates and years.
    """

    descending: bool
    stems: tuple[str, ...] = ()
    moment: bool = False


_PAY = ("salari", "pay", "wage", "incom", "compens")
_PRICE = ("price", "cost", "fee", "rate")
_LENGTH = ("length", "durat", "distanc", "long")
SUPERLATIVES: Final[Mapping[str, Superlative]] = {
    **dict.fromkeys(
        ("most", "highest", "largest", "greatest", "biggest", "maximum", "top", "best"), Superlative(True)
    ),
    **dict.fromkeys(
        ("least", "lowest", "smallest", "fewest", "minimum", "worst", "bottom"), Superlative(False)
    ),
    **dict.fromkeys(("most expensive", "dearest", "priciest"), Superlative(True, _PRICE)),
    **dict.fromkeys(("least expensive", "cheapest"), Superlative(False, _PRICE)),
    **dict.fromkeys(("highest-paid", "highest paid", "best-paid", "best paid"), Superlative(True, _PAY)),
    **dict.fromkeys(("lowest-paid", "lowest paid", "worst-paid", "worst paid"), Superlative(False, _PAY)),
    "heaviest": Superlative(True, ("weight", "mass")),
    "lightest": Superlative(False, ("weight", "mass")),
    "tallest": Superlative(True, ("height", "elev")),
    "longest": Superlative(True, _LENGTH),
    "shortest": Superlative(False, (*_LENGTH, "height")),
    "fastest": Superlative(True, ("speed", "veloc")),
    "slowest": Superlative(False, ("speed", "veloc")),
    "deepest": Superlative(True, ("depth",)),
    "widest": Superlative(True, ("width",)),
    "most populous": Superlative(True, ("popul", "inhabit")),
    "oldest": Superlative(True, ("age",), moment=True),
    "youngest": Superlative(False, ("age",), moment=True),
    **dict.fromkeys(("newest", "latest", "most recent"), Superlative(True, moment=True)),
    **dict.fromkeys(("earliest", "first"), Superlative(False, moment=True)),
    "last": Superlative(True, moment=True),
}
"""Of "oldest" and "youngest", `descending` holds for ages; for years and dates it is the other way round."""

SUPERLATIVE: Final = re.compile(
    r"\b(?:the )?(?P<word>most expensive|least expensive|most populous|most recent"
    r"|(?:high|low|b|w)(?:e|or)?st[- ]paid|most|highest|largest|greatest|biggest|maximum|least|lowest"
    r"|smallest|fewest|minimum|dearest|priciest|cheapest|heaviest|lightest|tallest|longest|shortest|fastest|slowest"
    r"|deepest|widest|oldest|youngest|newest|latest|earliest|first|last|top|bottom|best|worst)\b",
    re.IGNORECASE,
)
_SIZE: Final = "|".join(word for word in NUMBER_WORDS if word != "zero")
TOP: Final = re.compile(
    rf"\b(?:the )?(?:(?P<top>top|best|bottom|worst|first|last) (?P<n>\d{{1,3}}|{_SIZE})"
    rf"|(?P<m>\d{{1,3}}|{_SIZE})(?= (?:most|highest|largest|greatest|biggest|least|lowest|smallest|fewest"
    r"|dearest|priciest|cheapest|heaviest|lightest|tallest|longest|shortest|fastest|slowest|deepest|widest|oldest"
    r"|youngest|newest|latest|earliest|best)\b))",
    re.IGNORECASE,
)
AVERAGE: Final = re.compile(r"\b(?:the )?(?:average|mean|avg)\b(?: of)?", re.IGNORECASE)
TOTAL: Final = re.compile(
    r"\b(?:the |in )?(?:grand )?(?:total|sum|overall|combined|altogether)\b(?: number)?(?: of)?",
    re.IGNORECASE,
)
COUNT: Final = re.compile(r"\b(?:how many|(?:the )?(?:number|count) of)\b", re.IGNORECASE)
LISTS: Final = re.compile(
    r"^(?:which|what (?!is\b|was\b|does\b|did\b|do\b)|who|list|show|name|give|find)", re.IGNORECASE
)
GROUPED: Final = re.compile(
    r"\b(?:per|for each|for every|in each|in every|of each|by|(?:broken down|grouped|split) by)"
    r" (?:the )?(?P<name>[^\W\d]\w*(?: [^\W\d]\w*)?)",
    re.IGNORECASE,
)
SORTED: Final = re.compile(
    r",? ?\b(?:sorted|ordered|ranked) (?:by|from|in order of) (?P<name>[^\W\d]\w*(?: [^\W\d]\w*)?)"
    r"(?P<down> ?,? ?\(?(?:descending|desc)\b\)?)?",
    re.IGNORECASE,
)
CONDITION: Final = re.compile(
    r"\b(?:is |was |are |were |of |at )?(?P<is>more than|greater than|higher than|larger than|longer than"
    r"|taller than|over|above|exceed(?:s|ing)?|at least|no less than|less than|fewer than|lower than"
    r"|smaller than|shorter than|under|below|at most|up to|no more than|exactly|equal to)"
    r" (?:[$€£¥]|USD |EUR |GBP )?(?P<number>\d[\d,]*(?:\.\d+)?)"
    r"(?: ?(?P<scale>thousand|million|billion|k|m|bn)\b)?(?:%| percent\b| euros?\b| dollars?\b| pounds?\b)?",
    re.IGNORECASE,
)
BETWEEN: Final = re.compile(
    r"\b(?:is |was |are |were )?(?:between|from) [$€£¥]?(?P<low>\d[\d,]*(?:\.\d+)?)"
    r" (?:and|to) [$€£¥]?(?P<high>\d[\d,]*(?:\.\d+)?)",
    re.IGNORECASE,
)
OPERATORS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("at least", "no less than"), ">="),
    **dict.fromkeys(("at most", "up to", "no more than"), "<="),
    **dict.fromkeys(("exactly", "equal to"), "="),
    **dict.fromkeys(
        ("less than", "fewer than", "lower than", "smaller than", "shorter than", "under", "below"), "<"
    ),
}
"""The operators of conditions; the others mean `>`."""

SCALES: Final[Mapping[str, int]] = {"thousand": 3, "k": 3, "million": 6, "m": 6, "billion": 9, "bn": 9}
MOMENT: Final = re.compile(
    r"\b(?P<is>after|since|before|until|in|during|from)(?: the year)? (?P<year>(?:1[5-9]|20)\d\d)\b"
    r"(?! ?[-–/]\d)",
    re.IGNORECASE,
)
NONE_LEFT: Final = re.compile(r"\b(?:(?:are|is) )?(?:out of stock|sold out)\b", re.IGNORECASE)
NO_SUCH: Final = re.compile(
    r"\b(?:(?:has|have|had|with|got) (?:no|zero)|without(?: any)?) (?P<name>[^\W\d]\w*(?: [^\W\d]\w*)?)",
    re.IGNORECASE,
)
NOT: Final = word_set("not outside except excluding besides without isn aren other non")
UNITS_OF_TIME: Final[Mapping[str, str]] = {"year": "year", "years": "year"}

QUANTITIES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("cost", "costs", "priced", "expensive"), _PRICE),
    **dict.fromkeys(("earn", "earns", "paid", "earning"), _PAY),
    **dict.fromkeys(("sales", "turnover", "revenue"), ("revenu", "sale", "turnov")),
    **dict.fromkeys(("weigh", "weighs"), ("weight", "mass")),
    **dict.fromkeys(("long",), _LENGTH),
    **dict.fromkeys(("tall", "high"), ("height", "elev")),
    **dict.fromkeys(("live", "lives", "lived"), ("citi", "town", "resid")),
    **dict.fromkeys(("hired", "joined", "employed"), ("hire", "join", "start")),
    **dict.fromkeys(
        ("built", "constructed", "completed", "finished"), ("built", "complet", "construct", "build")
    ),
    **dict.fromkeys(("launched", "founded", "established"), ("launch", "found", "establish")),
}
"""Words of questions, with the stems of columns that they mean."""

LIGHT: Final = word_set(
    """
    live lives work works place places placed bring brings brought come comes came carry carries use uses used
    sell sells sold make makes made get gets got supply supplies supplied belong located based situated exist
    list show name give find all there please table data currently record recorded rows row entries entry much
    one ones people person staff what who which whose do does did has have had with of offer offers offered
    need needs total number is are was were be been many how in me people exactly any every each different
    amount figure company's each given sorted ordered by value values it its contain contains total named
    called made
    """
)
"""Words that questions may have beside the names of columns, values and what the rows are."""
YEAR: Final = re.compile(r"\byears?\b", re.IGNORECASE)
