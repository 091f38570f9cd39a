"""Recognizes parts of an answer that claim nothing: list markers, lead-ins, headings, courtesies."""

from __future__ import annotations

import re

from ragapp.answering.groundedness.value_reader import read_values

_LIST_MARK = re.compile(
    r" ?(?:[-*+•▪●◦‣·–] |\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.):] |#{1,6} |> |\*\*\d{1,3}[.)]\*\* )"
)


def without_list_mark(text: str) -> str:
    """The list item or heading without its number or bullet; unchanged if nothing would remain."""
    start, end = 0, len(text.rstrip())
    while (mark := _LIST_MARK.match(text, start)) and mark.end() < end:
        start = mark.end()
    return text[start:]


_COURTESY = re.compile(
    r"(?:please )?(?:(?:let me know|feel free|don['’]t hesitate|do not hesitate|tell me)"
    r" (?:if|to|when|whether)\b"
    r"|if you (?:have|need|want|would like|['’]d like)\b.{0,60}"
    r"\b(?:questions?|help|details?|information|know|ask)\b"
    r"|i(?:['’]d| would)? ?(?:am|['’]m|be)? ?(?:hope (?:this|that|it)|happy to|glad to|here to)\b"
    r"|(?:is there|do you have|do you need|would you like) (?:anything|any|me|more|further)\b"
    r"|have a (?:nice|great|good) )[^.]{0,120}"
    r"|you(?:['’]re| are) welcome|happy to help|glad to help|good luck"
    r"|(?:thanks|thank you)(?: for (?:asking|your (?:question|message|patience)))?",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"(?:sure|certainly|of course|absolutely|okay|ok|great question|good question|hello|hi)"
    r"(?:,? (?:sure|here you go|i can help(?: with that| you with that)?|happy to help|there))?",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"(?:(?:sure|certainly|of course|okay|ok)[,!.]? )?"
    r"(?:(?:here|below|these|this|following|the following|in summary|in short|to summari[sz]e|summary)\b"
    r"[^:.]{0,120}"
    r"|(?:based on|according to|from|given|as per)\b[^:.,]{0,80}"
    r"\b(?:passages?|documents?|text|context|sources?|information)\b"
    r"[^:.]{0,60}"
    r"|[^:.]{0,120}\b(?:as follows|the following(?: [a-z-]+){0,3}|two things|the facts|these facts))\s*:",
    re.IGNORECASE,
)
_ABSENCE = re.compile(
    r"(?:however, |but |unfortunately, )?(?:the|these|those|none of the) (?:given |provided |numbered )?"
    r"(?:documents?|passages?|texts?|sources?)(?: provided| given)? "
    r"(?:do not|don['’]t|does not|doesn['’]t) "
    r"(?:say|state|mention|specify|name|give|tell|cover|address|contain (?:any )?information)\b[^.;:]{0,200}",
    re.IGNORECASE,
)
_TURNS = re.compile(r"\b(?:but|although|though|because|since|while|whereas|which|who)\b|[,;:]", re.IGNORECASE)
"""What joins a statement of its own to a sentence that says what is missing."""

_LABEL = re.compile(r"(?:[*_]{0,2})[A-Z][\w' -]{0,40}(?:[*_]{0,2}):(?:[*_]{0,2})")
_LABEL_WORDS = 4
_RULE_BELOW = re.compile(r"[ \t]{0,8}\n[ \t]{0,8}\|?[ \t]{0,8}:?-{2,20}[-|: \t]{0,400}(?:\n|\Z)")
_HEADING = re.compile(r"^\s*(?:#{1,6} [^\n]{1,120}|\*\*[^*\n]{1,100}\*\*:?|__[^_\n]{1,100}__:?)\s*")
_FOLLOWED = re.compile(r"[^\S\n]*\n\s*\S")


def claims_nothing(text: str) -> bool:
    """Whether a sentence is a lead-in, a courtesy or a label, or says that the documents do not say
    something.

    What states a number, a date or a code always claims something.
    """
    text = without_list_mark(text).strip()
    if read_values(text).found:
        return False
    bare = text.strip("*_ ").rstrip(".!? ")
    if _COURTESY.fullmatch(bare) or _OPENER.fullmatch(bare) or _LEAD_IN.fullmatch(text.strip("*_ ")):
        return True
    if _ABSENCE.fullmatch(bare) and not _TURNS.search(bare.removeprefix("However, ").removeprefix("But ")):
        return True
    return _LABEL.fullmatch(text) is not None and len(text.split()) <= _LABEL_WORDS


def is_table_head(text: str, end: int) -> bool:
    """Whether the line that ends at `end` is the header of a Markdown table."""
    return _RULE_BELOW.match(text, end) is not None


def is_heading(text: str, start: int, end: int) -> bool:
    """Whether the line from `start` to `end` is marked as a heading and is followed by text."""
    return _HEADING.fullmatch(text[start:end]) is not None and _FOLLOWED.match(text, end) is not None
