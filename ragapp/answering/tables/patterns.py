"""The wordings of questions by which the operations on cells are recognized."""

from __future__ import annotations

import re
from typing import Final


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_LARGEST = "largest|highest|greatest|biggest|most|maximum|larger|higher|greater|bigger|max|peak|top"
_SMALLEST = "smallest|lowest|least|fewest|minimum|smaller|lower|fewer|min"
_MOVES = "change|increase|decrease|growth|decline|difference|rise|drop"
_TIMES = "years?|quarters?|periods?|months?"
_ABOVE = (
    r"(?P<above>exceed(?:s|ed|ing)?|(?:greater|more|higher|larger|bigger) than|over|above|at least"
    r"|surpass(?:es|ed)?)"
)
_BELOW = r"(?P<below>(?:less|lower|smaller|fewer) than|below|under|at most)"
_NUMBER = (
    r"(?:US|HK|NT|A|C)?[$€£¥]? ?(?P<number>-?\(?\d[\d,]*(?:\.\d+)?)\)?"
    r" ?(?P<scale>%|percent|thousands?|millions?|billions?|trillions?|bn|mn)?(?![\d,.]*\d)"
)

CONDITION: Final = _words(rf"\b(?:is |was |were |are |being )?(?:{_ABOVE}|{_BELOW}) {_NUMBER}")
NONE_OF: Final = _words(r"\b(?:(?:has|have|had|with) (?:no|zero)|without(?: any)?) ")
_IMPLIED = "most expensive|least expensive|cheapest|heaviest|lightest|tallest|longest|fastest|slowest"
IMPLIED: Final = _words(
    rf"^(?:what|which)(?: is| are| was| were)? the (?P<first>{_IMPLIED}) (?P<noun>\w+)",
    rf"^(?:what|which) (?P<noun2>\w+) (?:is|are|was|were) (?:the )?(?P<second>{_IMPLIED})\b",
)
"""A question for an extreme of a quantity that it does not name: "the cheapest product"."""

COSTING: Final = _words(
    r"^(?P<asks>(?:which|what|how many) \w+) costs? (?=(?:more|less|over|under|above|below|at) )"
)

QUANTITIES: Final = {
    "most expensive": "highest price",
    "least expensive": "lowest price",
    "cheapest": "lowest price",
    "heaviest": "highest weight",
    "lightest": "lowest weight",
    "tallest": "highest height",
    "longest": "highest length",
    "fastest": "highest speed",
    "slowest": "lowest speed",
}
EXTREME: Final = _words(rf"\b(?:the )?(?:(?P<largest>{_LARGEST})|(?P<smallest>{_SMALLEST}))\b")
WHICH_TIME: Final = _words(rf"\b(?:in |for |during )?(?:which|what) (?:fiscal )?(?:{_TIMES})\b")
ASKS_TIME: Final = _words(
    rf"^(?:\W*(?:between|of|among|from)\b[^,?]{{0,60}},\s*)?(?:in |for |during )?(?:which|what) (?:fiscal )?"
    rf"(?:{_TIMES})\b"
)
WHICH_ROW: Final = _words(r"^(?:in |for |of )?(?:which\b|what (?!is\b|was\b|were\b|are\b|percent))")
WHICH_OR_WHO: Final = _words(r"^(?:in |for |of )?(?:which|who)\b")
WHICH_KIND: Final = _words(r"\bmost expensive\b|\bleast expensive\b|\bcomponent\b|\bcurrency\b|\bcountry\b")
WHAT_EXTREME: Final = _words(rf"^what (?:is|was|are|were) the (?:{_LARGEST}|{_SMALLEST})\b")
COUNT_TIMES: Final = _words(rf"\bhow many (?:of the )?(?:fiscal )?(?:{_TIMES})\b")
COUNT: Final = _words(r"\bhow many\b", r"\bnumber of (?:types|components|kinds|categories|items)\b")
COUNT_LISTED: Final = _words(
    r"^(?:in .{1,40}, ?)?how many\b(?=.*\b(?:types?|components?|kinds?|categories|items|are there|periods?"
    r"|years|highlighted|listed)\b)"
)
LIST_TIMES: Final = _words(
    r"^(?:in |for |from )?(?:which|what)(?: are the| is the)?(?: \w{1,5})?"
    r" (?:fiscal )?(?:years?|periods|dates|quarters)\b"
    r"(?=.*\b(?:provided?|included?|reported|calculated|recorded|information|data|available|highlighted|covered"
    r"|listed|shown|presented|given|table)\b)"
)
LIST_ROWS: Final = _words(
    r"^(?:what|which)(?: are| were|)(?: the)?(?: [a-z]+)?"
    r" ?(?:components|types|items|categories|kinds|segments)\b",
    r"\b(?:components|items|types|categories)\b.*"
    r"\b(?:listed|consists? of|included|made up|under|in the table|are there)\b",
)
AVERAGE: Final = _words(r"(?<!weighted-)(?<!weighted )\b(?:average|mean)\b")
PERCENTAGE_CHANGE: Final = _words(
    rf"(?<!\w)(?:percentage|percent|%|per cent)(?: of)? (?:{_MOVES})\b(?: ?/ ?\((?:decrease|increase)\))?",
    r"\bchange \(%\)",
    r"\bhow many percent\b",
    r"\bgrowth rate\b",
    r"\b(?:year[- ]on[- ]year|year[- ]over[- ]year|yoy) (?:change|growth|increase)\b",
    r"\b(?:growth|increase|decrease|decline|change) (?:\w+ ){0,8}?in (?:percent(?:age)?|%)",
    r"\bby (?:what|how many) (?:percent(?:age)?|%)",
    r"\bhow much (?:did|has|have) (?P<inside>.{1,120}?)"
    r" (?:change|increase|decrease|grow|fall|decline|rise|drop)\w*\b(?=.{0,120}\bin (?:percent(?:age)?\b|%))",
    r"\bwhat percent(?:age)? (?:did|has|have)\b"
    r"(?=.*\b(?:increase|decrease|change|grow|fall|decline|rise))",
)
CHANGE: Final = _words(
    r"\b(?:increase|decrease|change|growth|decline|rise|drop|movement|variation)"
    r"(?: ?/ ?\(?(?:decrease|increase|decline)\)?)? (?:of|in|to|between|from)\b",
    r"\bhow much (?:did|has|have) (?P<inside>.+?)"
    r" (?:change|increase|decrease|grow|fall|decline|rise|drop)\w*\b",
    r"\bchange\b",
)
ASKS_CHANGE: Final = _words(r"^what (?:is|was|were) the (?:\w+ )?change\b")
IN_POINTS: Final = _words(
    r"\bchange in (?:the )?(?:percentage|percent) (?:of|points)\b",
    r"\babsolute percentage\b",
    r"\bpercentage points?\b",
)
DIFFERENCE: Final = _words(r"\bdifferences?\b", r"\bhow much (?:more|less|higher|lower|larger)\b")
BETWEEN: Final = _words(r"\bdifferences? (?:in .{3,80}? )?(?:between|of|in)(?: the)? (?P<rest>.+)$")
QUOTIENT: Final = _words(
    r"\bratios?\b",
    r"\b(?:percentage|percent|proportion|share)\b",
    r"\btimes (?:larger|higher|greater)\b",
    r"\bas an? %",
)
AS_PERCENTAGE: Final = _words(r"percentage|percent\b|\bshare of\b|%")
OF_WHOLE: Final = _words(
    r"\b(?:ratio|proportion|percentage|percent|share|%)(?: \(in percentage\))?"
    r"(?: of constitution| constitution)?(?: of| between)? (?P<rest>.+)$"
)
AS_SHARE: Final = _words(
    r"^(?:what|how much) (?:is|was|were|are) (?:the )?(?:respective )?(?:total )?(?:proportion of )?"
    r"(?P<a>.+?) as an? (?:percentage|percent|share|proportion|%) of (?P<b>.+)$"
)
MADE_UP: Final = _words(
    r"\b(?:percentage|percent|proportion|share|%) of (?P<b>.+?) (?:is|are|was|were|does|do|did|that is"
    r"|(?=represented by|attributable to))(?: ?(?:made up of|made of|generated from|from|attributable to"
    r"|due to|represented by|comprised of|constituted by))? ?(?P<a>.+)$"
)
NAMED_RATIO: Final = _words(r"(?P<a>\w[\w -]{2,60}?)[ -]to[ -](?P<b>\w[\w ]{2,60}?) ratio\b")
PARTS: Final = _words(
    r" (?:to|over|in|and|of|out of|as a (?:percentage|share) of|as part of|against|among|relative to) "
)
AND: Final = _words(r",? and ")
SUM: Final = _words(r"\b(?:sum|total|combined|altogether|together|cumulative|aggregate|summed|overall)\b")
ADDS: Final = _words(
    r"\b(?:sum|(?:total|combined)(?: amount| value)?|aggregate) (?:of|for)(?: the)? (?P<rest>.+)$"
)
ADDED: Final = _words(r"\b(?:sum|combined|altogether|in total|both|together|cumulative|aggregate|summed)\b")
EACH: Final = _words(r"\brespective(?:ly)?\b|\bchronological\b|\beach\b")
ASIDE: Final = _words(r"\((?:formerly|previously|also|now|f/k/a|a/k/a)\b[^()]{0,60}\)")
ASKS_AFTER: Final = _words(r"\bquestion\b[^:?]{0,60}: ?(?P<asks>(?:what|which|how|in|by|who)\b.+)$")
NO_VALUE: Final = _words(
    r"^(?:does|do|did|is|are|was|were|has|have|had|can|could|will|would|should|may|might)\b",
    r"^(?:[\w,]+ ){0,3}(?:why|how (?!much|many|long|high|large|big|old)|where|when"
    r"|what (?:do|does|did) (?!the .{0,80}\b(?:cost|total|amount to)))\b",
    r"\b(?:represents|represent(?!ed)|compris(?:es?|ed)|refers? to|defined|determined|derived|due to"
    r"|reasons?|causes?|caused|driven|drove|primarily|mainly|method|policy|basis|purpose|explain|describe|means?"
    r"|stand for|exclude|affect(?:ed)?|led to|influenced|impact on|result(?:s|ed)? from)\b",
)
DEFINITION: Final = _words(r"^what (?:is|are) (?!the\b|an?\b|our\b)(?!.*(?:'s|’s|s'|s’) )")
