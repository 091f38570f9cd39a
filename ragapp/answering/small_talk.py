"""Small talk such as greetings and thanks gets a fixed reply. It is not searched for or used as a topic."""

from __future__ import annotations

import re
from uuid import uuid4

from ragapp.types import Answer, AskQuery, CacheDecision, Sentence

MODEL = "none"
"""The name of the model when nothing was searched or generated."""

_GREETING = (
    r"(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|hallo|hola|bonjour)"
    r"(?: (?:there|again|all|everyone|you|team|bot))?"
)
_THANKS = (
    r"(?:(?:ok|okay|great|perfect|cool|many|no),? )?(?:thanks|thank you|thx|ty|cheers|danke|merci|gracias)"
    r"(?: (?:a lot|so much|very much|again|for (?:your|the) (?:help|answer)|you))?"
)
_ASSENT = (
    r"(?:ok|okay|k|alright|all right|great|nice|cool|perfect|good|fine|wonderful|awesome|excellent|got it"
    r"|i see|understood|makes sense|that helps|very helpful|well done|yes|yep|yeah|no|nope|sure|lol|haha|wow"
    r"|never ?mind)"
)
_PARTING = (
    r"(?:good ?bye|bye|bye bye|see you|see ya|see you later|good night"
    r"|have a (?:nice|good|great) (?:day|one|evening|weekend))"
)
_SELF = (
    r"(?:who|what) are you|what(?:['’]s| is) your name"
    r"|are you (?:a (?:bot|robot|human|person)|human|real|an ai|there)"
    r"|what can you do|what do you do|how can you help(?: me)?|help"
)
_WELL = r"how are you(?: (?:doing|today))?|how(?:['’]s| is) it going|what(?:['’]s| is) up"

_ABOUT_ITSELF = (
    "I answer questions from the documents of this collection, and cite the source of each answer. Ask "
    "about them."
)
_REPLIES = (
    (_SELF, _ABOUT_ITSELF),
    (_THANKS, "You are welcome."),
    (_PARTING, "Goodbye."),
    (_WELL, "All is well. What would you like to know from the documents?"),
    (_GREETING, "Hello. What would you like to know from the documents?"),
    (rf"{_ASSENT}(?:[ ,]+{_ASSENT}){{0,2}}", "Good. Ask another question whenever you like."),
)
_LONGEST = 60
_LOOSE = re.compile(r"[\s!.?,;:)(\U0001f300-\U0001faff\u2600-\u27bf]+")
_KINDS = tuple((re.compile(pattern, re.IGNORECASE), reply) for pattern, reply in _REPLIES)
_JOINED = re.compile(rf"(?:{_GREETING}|{_ASSENT}) (?P<rest>.+)", re.IGNORECASE)


def reply_to(question: str) -> str | None:
    """The reply to small talk; None for a question to the documents."""
    if len(question) > _LONGEST:
        return None
    bare = _LOOSE.sub(" ", question).strip()
    for kind, reply in _KINDS:
        if kind.fullmatch(bare):
            return reply
    joined = _JOINED.fullmatch(bare)  # "hi, who are you?"
    return reply_to(joined["rest"]) if joined else None


def small_talk_answer(query: AskQuery) -> Answer | None:
    """The reply as an answer without citations; None for a question to the documents."""
    reply = None if query.standalone_question is not None else reply_to(query.question)
    if reply is None:
        return None
    return Answer(
        question=query.question,
        standalone_question=query.question,
        answer=reply,
        refused=False,
        mode="extractive",
        model=MODEL,
        sentences=(Sentence(reply, "no_claim", ()),),
        citations=(),
        hits=(),
        cache=CacheDecision("bypass", "Nothing was searched for."),
        timings_ms={"total": 0.0},
        answer_id=uuid4().hex,
        conversation_id=query.conversation_id,
    )
