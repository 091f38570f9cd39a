"""Synonyms, opposites and converse verbs, as small closed lists.

They let a claim be worded otherwise than its source. None of them may stand for a name, a number or a code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from ragapp.answering.terms import stem

_SAME = """
    item goods good product article merchandise
    customer client buyer shopper purchaser
    visitor public guest
    employee staff worker personnel
    engineer designer
    return refund
    complete finish built build construct erect
    design draw plan
    start begin commence launch
    end finish cease conclude
    begin start
    mean denote indicate signify signal report show
    high tall height
    deep depth
    long length
    wide width breadth
    heavy weigh weight mass
    old age
    cost price charge
    buy purchase acquire bought
    sell sold sale
    big large
    bigger larger greater
    quicker faster
    small little
    quick fast rapid
    lead head manage run direct
    maintain service
    cancel call-off
    replace exchange swap
    deliver supply provide ship
    house home
    block clog obstruct
    hot warm overheat
    job position post
    firm company business enterprise
    car vehicle automobile
    doctor physician
    rise rose risen grow grew grown increase climb
    fall fell fallen drop decrease decline shrank shrink
    allow permit may can able
    need require must necessary
    help assist aid support
    get receive obtain got
    give gave given grant
    show display
    keep store retain hold held kept
    remove delete erase
    make made produce manufacture
    choose chose select pick
    found establish
    author writer
    write wrote written
    die died death dead
    live reside
    near close-by
    yearly annual annually
    join joined
    leave left depart
    part component
    error fault
    photo picture image
    movie film
    send sent
    tell told say said state
    think thought believe
    see saw seen
    bring brought
    take took taken
    teach taught
    lend lent loan
    pay paid
    grow grew
    speak spoke
    win won
    lose lost
    meet met
    drive drove driven
    go went gone
    become became
    lie lay located situated stand stood
    route line
    arrive reach
    journey trip
    last take
    revenue turnover sales
    use utilise utilize employ
"""

_AGAINST = {
    "closed": "open",
    "shut": "open",
    "forbidden": "allow",
    "prohibited": "allow",
    "banned": "allow",
    "disallowed": "allow",
    "impossible": "possible",
    "unable": "able",
    "invalid": "valid",
    "incorrect": "correct",
    "wrong": "correct",
    "absent": "present",
    "excluded": "included",
    "excludes": "includes",
    "unavailable": "available",
    "inactive": "active",
    "unlimited": "limited",
    "unnecessary": "necessary",
    "optional": "mandatory",
    "false": "true",
    "rejected": "accepted",
    "refused": "accepted",
    "refuses": "accepts",
    "unchanged": "changed",
    "unknown": "known",
    "unopened": "opened",
    "unused": "used",
    "illegal": "legal",
    "unsafe": "safe",
    "ineligible": "eligible",
    "incomplete": "complete",
    "unpaid": "paid",
    "untreated": "treated",
}

_OPPOSITE = """
    more/less more/fewer most/least higher/lower highest/lowest larger/smaller largest/smallest
    bigger/smaller taller/shorter tallest/shortest longer/shorter longest/shortest older/younger
    oldest/youngest older/newer oldest/newest earlier/later earliest/latest faster/slower
    fastest/slowest heavier/lighter heaviest/lightest deeper/shallower warmer/colder hotter/colder
    hot/cold warm/cold wet/dry hard/soft better/worse best/worst before/after above/below over/under
    inside/outside first/last minimum/maximum min/max rise/fall rises/falls rose/fell increase/decrease
    increased/decreased increases/decreases grew/shrank increase/decline increased/declined
    grew/declined up/down gain/loss gains/losses profit/loss profits/losses won/lost wins/loses buy/sell
    buys/sells bought/sold import/export imports/exports arrive/depart arrives/departs arrival/departure
    start/end starts/ends started/ended begin/end begins/ends began/ended left/right top/bottom
    upper/lower north/south east/west northern/southern eastern/western north/east north/west south/east
    south/west front/back early/late male/female men/women man/woman boy/girl husband/wife mother/father
    son/daughter brother/sister inlet/outlet input/output entry/exit entrance/exit summer/winter
    spring/autumn morning/evening day/night always/never all/none everyone/nobody both/neither only/also
    with/without enabled/disabled enables/disables enable/disable allowed/forbidden allow/forbid
    open/closed opened/closed opens/closes public/private internal/external positive/negative
    legal/illegal possible/impossible true/false on/off add/remove adds/removes added/removed
    accept/reject accepts/rejects accepted/rejected include/exclude includes/excludes included/excluded
    strong/weak stronger/weaker cheap/expensive cheaper/dearer full/empty new/old light/heavy light/dark
    black/white domestic/foreign gross/net credit/debit asset/liability assets/liabilities
    mandatory/optional required/optional major/minor junior/senior temporary/permanent
    voluntary/compulsory daily/weekly weekly/monthly monthly/yearly daily/monthly monthly/annual
    weekly/annual hourly/daily weekdays/weekends red/green red/blue red/yellow green/yellow green/blue
    blue/yellow
"""

_SEEN_OTHERWISE = """
    lend/borrow lent/borrowed lends/borrows buy/sell bought/sold give/receive gave/received teach/learn
    parent/child employ/work above/below before/after taller/shorter larger/smaller higher/lower
    older/younger more/less faster/slower heavier/lighter earlier/later longer/shorter bigger/smaller
    precede/follow preceded/followed precedes/follows over/under better/worse hire/work own/belong
    owns/belongs contain/within cause/result
"""


_PHRASES = (
    (r"(?:send|sends|sent|sending|give|gives|gave|given|bring|brought|take|took|taken) back", "returned"),
    (r"call(?:s|ed|ing)? off", "cancelled"),
    (r"carr(?:y|ies|ied) out", "performed"),
    (r"look(?:s|ed)? after", "maintained"),
    (r"(?:is|are) in charge of", "leads"),
    (r"(?:is|are|was|were) responsible for", "leads"),
    (r"free of charge", "free"),
    (r"(?:no|not) (?:fewer|less) than", "at least"),
    (r"(?:no|not) more than", "at most"),
    (r"(?:stand|stands|stood) for", "means"),
)


def _groups(text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in text.strip().splitlines():
        first, *others = (stem(word) for word in line.split())
        for one in (first, *others):
            found.setdefault(one, found.get(first, first))
    return found


def _pairs(text: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in text.split():
        a, b = pair.split("/")
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return {word: frozenset(others) for word, others in found.items()}


_REWORDED = tuple((re.compile(rf"\b{phrase}\b", re.IGNORECASE), word) for phrase, word in _PHRASES)


def in_one_word(text: str) -> str:
    """The text with phrases such as "sent back" replaced by a single word of the same meaning."""
    for phrase, word in _REWORDED:
        text = phrase.sub(word, text)
    return text


@cache
def _same() -> Mapping[str, str]:
    """Maps the stem of a word to the stem that represents its meaning; built on first use."""
    return _groups(_SAME)


@cache
def _negated() -> Mapping[str, str]:
    return {stem(word): stem(positive) for word, positive in _AGAINST.items()}


def negates(stemmed: str) -> bool:
    """Whether a word, given by its stem, negates another one: "closed" negates "open"."""
    return stemmed in _negated()


OPPOSITES = _pairs(_OPPOSITE)
"""Words that exclude each other when said of the same thing."""


def concept(stemmed: str) -> str:
    """The stem that stands for all words of the same meaning, negated or not: "possible", "feasible",
    "impossible".
    """
    positive = _negated().get(stemmed, stemmed)
    return _same().get(positive, positive)


@cache
def _converses() -> frozenset[frozenset[str]]:
    pairs = (pair.split("/") for pair in _SEEN_OTHERWISE.split())
    return frozenset(frozenset(concept(stem(word)) for word in pair) for pair in pairs)


def converse(a: str, b: str) -> bool:
    """Whether the verbs are converses: A lent it to B, B borrowed it from A."""
    return frozenset({a, b}) in _converses()


def concepts_of(words: Iterable[str]) -> frozenset[str]:
    return frozenset(concept(stem(word)) for word in words)
