"""Small closed lists of English words by which two questions are told apart."""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PREPOSITIONS = _words("of in on at to for")
"""Interchangeable prepositions. Others carry meaning: gain independence, gain from independence."""

PERSONS = _words("i you we one")
GENERAL = _words("how can should must")
"""Beside one of these a person is whoever asks, and may be another. "Why do you think so?" means you."""

AUXILIARIES = _words("do does did can should must would will")
"""Behind one of these "one" is a person, elsewhere a thing."""

EMPTY = (
    PREPOSITIONS
    | PERSONS
    | _words("a an the any and that do does be is are am really actually exactly ever there")
)
"""Words without content. Prepositions and persons have their own guards; the others may be missing."""

REQUESTS = _words("please tell me explain describe give let know us about")
"""Opening words of a question that is phrased as a request."""

AFTER_HOW: Mapping[str, str] = {"can": "do", "to": "do i"}
""""How can I", "how to" and "how do I" mean the same: only here "can" may be replaced."""

PLURALS = _words(
    "news means goods arms customs savings glasses minutes damages securities contents terms premises "
    "proceeds economics politics physics ethics statistics mathematics series species headquarters"
)
"""Words that only look like plurals."""

SAME: Mapping[str, str] = {
    "could": "can",
    "&": "and",
    "how's": "how is",
    "what's": "what is",
    "who's": "who is",
    "where's": "where is",
    "when's": "when is",
    "why's": "why is",
    "i'm": "i am",
    "it's": "it is",
    "i've": "i have",
    "cannot": "can not",
    "can't": "can not",
    "won't": "will not",
    "aren't": "are not",
    "ain't": "is not",
    "colour": "color",
    "centre": "center",
    "u.s": "us.",
    "u.s.a": "us.",
    "usa": "us.",
    "uk": "uk.",
    "u.k": "uk.",
}
"""Other spellings of the same words."""

NEGATIONS = _words(
    "not no never none neither nor nobody nothing nowhere without lack lacks fail fails except"
)

DEGREES = _words(
    "more less most least fewer fewest better best worse worst good bad greater greatest larger largest "
    "smaller smallest bigger biggest higher highest lower lowest older oldest younger youngest newer newest "
    "earlier earliest later latest longer longest shorter shortest faster fastest slower slowest cheaper "
    "cheapest maximum minimum maximize minimize max min top bottom first last increase decrease rise fall "
    "gain lose loss profit buy sell import export before after above below over under between during since "
    "until inside outside up down left right north south east west male female men women man woman boy girl "
    "husband wife mother father start end begin stop open close on off true false enable disable allow "
    "forbid legal illegal some advantage disadvantage advantages disadvantages pros cons cause effect always "
    "sometimes often only also still already again all each every both either few many much several too "
    "very same different same against instead favorite favourite"
)
"""Comparatives, antonyms, quantifiers: one of these for another turns a question into its opposite."""

TIMES = _words(
    "january february march april may june july august september october november december jan feb mar apr "
    "jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday today "
    "yesterday tomorrow tonight now currently current recent recently latest next previous past future ago "
    "was were did had will would shall spring summer autumn winter"
)
"""Dates and tenses."""

STRESSED = _words("is do does the and really actually exactly")
"""Words that are capitalized for emphasis only: "What IS it?"."""

CAPITALS_MATTER = _words(
    "us it who may march august polish turkey china japan reading bath nice job mark bill jack frank "
    "rose grace will pat art drew sue rob dick ray dean earl aids sap ram pin era cat mad am pm java "
    "python ruby rust go swift word excel access windows teams slack edge chrome opera safari oracle "
    "shell gap target visa ford orange apple amazon meta alphabet delta mercury mars earth saturn sun "
    "titan lent easter catholic orthodox liberal democrat republican conservative labour ai all arm bat "
    "con cost dare fast lamp led lead mint nut pet pi sad safe she sit spa star tan wasp zip "
)
"""Words that mean another thing with a capital, or all in capitals."""

POINTING = _words("this these those below above following attached here")
"""Words that refer to something outside the question."""

NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
    if word != "one"  # more often a pronoun
}
SCALES = _words(
    "hundred thousand million billion trillion dozen k m bn percent % half third quarter twice double"
)
ORDINALS = _words("second third fourth fifth sixth seventh eighth ninth tenth i ii iii iv v vi vii viii ix x")

ASKING: Mapping[str, str] = {
    "who": "person",
    "whom": "person",
    "whose": "person",
    "where": "place",
    "when": "time",
    "why": "reason",
    "how": "manner",
    "what": "thing",
    "which": "thing",
}
"""What a question word asks for."""

QUANTITIES = _words(
    "many much long far old tall high deep big large often fast heavy wide soon likely good bad"
)
"""After "how" these ask for a measure."""
