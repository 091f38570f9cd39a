"""What has to be known of English to compare a claim with its source: small closed word lists."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for lists that are read more easily as one."""
    return frozenset(text.split())


_FUNCTION_WORDS = """
    a about above after again against all also am among an and any are as at be because been before being
    below between both but by can could did do does doing down during each either else ever every few for
    from further had has have having he her here hers him his how i if in into is it its itself just let may
    me might more most much many must my name neither no nor not now of off often on once only or other our
    ours out over own same shall she should so some such than that the their theirs them then there these
    they this those through to too under until up upon us very was we were what when where whether which
    while who whom whose why will with within without would yes you your yours d ll m re s t ve
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Words that say how a sentence or a question is put, not what it is about."""

_NEGATIONS = "no not never none neither nor nobody nothing nowhere without cannot fails failed lacks"
NEGATIONS = frozenset(_NEGATIONS.split())

_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORDS = {word: value for value, word in enumerate(_NUMBERS.split())} | {
    word: 10 * value for value, word in enumerate(_TENS.split(), 2)
}

_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
ORDINALS = {word: place for place, word in enumerate(_ORDINALS.split(), 1)}

_POINTING_BACK = "he she it they this these those his her its their such"
POINTING_BACK = frozenset(_POINTING_BACK.split())
"""Words that, at the beginning of a sentence, speak of the sentence before."""
