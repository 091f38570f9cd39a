"""The guards distinguish similar questions with different meanings, in both directions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragapp.cache.guards import disagreement

SAME = [
    ("What is the purpose of life?", "what's the purpose of a life"),
    ("How do I reset my password?", "How can I reset my password?"),
    ("What are the best hotels in Bhopal?", "Which are the best hotels of Bhopal?"),
    ("Who signs the certificates?", "Who signs the certificate?"),
    ("How long does twelve weeks' notice last?", "How long does 12 weeks notice last?"),
    ("What is the colour of the roof?", "What is the color of a roof?"),
    ("Is the NASA budget public?", "is the nasa budget public?"),
    ("How do I appeal?", "How can you appeal?"),
    ("How does one appeal?", "How to appeal?"),
    ("Please tell me about the fee", "the fee?"),
    ("Is 1,000 km far?", "Is 1000 km far?"),
    ("Can we be fined?", "Could I be fined?"),
    ("What is the best plan?", "Which is the best plan?"),
    ("What plan is best?", "Which plan is best?"),
]

SAME += [
    ("What IS the notice period?", "what is the notice period?"),
    ("Is 5 KM far?", "Is 5 km far?"),
    ("Polish the table how?", "polish the table how?"),
    ("Where is the BBC?", "Where is the bbc?"),
    ("Where is BERLIN?", "Where is Berlin?"),
    ("A fee is due when?", "a fee is due when?"),
]

DIFFERENT = {
    "capitals": [
        ("Is 5 mW enough?", "Is 5 MW enough?"),
        ("How fast is 10 Mb?", "How fast is 10 MB?"),
        ("How do I make Polish food?", "How do I make polish food?"),
        ("Does the US policy bind?", "Does the us policy bind?"),
        ("What is the IT budget?", "What is the it budget?"),
        ("What does getUser return?", "What does getuser return?"),
        ("What does MAX_SIZE mean?", "What does max_size mean?"),
        ("How many people have AIDS?", "How many people have aids?"),
        ("Is memory freed in C?", "Is memory freed in c?"),
        ("What does Python eat?", "What does python eat?"),
    ],
    "numbers": [
        ("What was the revenue in 2021?", "What was the revenue in 2022?"),
        ("Is 5 km far?", "Is 5 m far?"),
        ("What was in chapter two?", "What was in chapter three?"),
        ("What is the second rule?", "What is the third rule?"),
        ("How large is C++?", "How large is C?"),
        ("Did it rise by 5%?", "Did it rise by 5?"),
        ("What means 🐝?", "What means 🐜?"),
        ("Is 10² enough?", "Is 102 enough?"),
        ("Is it open at -5 degrees?", "Is it open at 5 degrees?"),
        ("Is 5,5 kg enough?", "Is 55 kg enough?"),
        ("What is 5!?", "What is 5?"),
        ("Does .NET run here?", "Does net run here?"),
    ],
    "negation": [
        ("Why is the sale taxed?", "Why isn't the sale taxed?"),
        ("Can it run with power?", "Can it run without power?"),
        ("Who can enter?", "Who cannot enter?"),
    ],
    "degrees": [
        ("What is the maximum dose?", "What is the minimum dose?"),
        ("Which car is cheaper?", "Which car is faster?"),
        ("What happens before the merger?", "What happens after the merger?"),
        ("Do all members vote?", "Do some members vote?"),
        ("Do some members vote?", "Do members vote?"),
    ],
    "times": [
        ("What is due in March?", "What is due in May?"),
        ("Who is the chair?", "Who was the chair?"),
        ("What is the current rate?", "What is the previous rate?"),
    ],
    "kind of question": [
        ("When was it built?", "Why was it built?"),
        ("How far is it?", "How deep is it?"),
        ("Is it legal?", "Why is it legal?"),
        ("Where can I file it?", "Where and how can I file it?"),
        ("What is solid?", "Which is solid?"),
        ("What does a barometer do?", "What is a barometer?"),
        ("What does a register do in a chip?", "What is a register in a chip?"),
    ],
    "names": [
        ("Who signs Appendix A of the contract?", "Who signs the appendix of the contract?"),
        ("Is Turkey large?", "Is Hungary large?"),
        ("Can I ask Ann?", "Can I ask Bob?"),
    ],
    "persons": [
        ("Why do I pay fees?", "Why pay fees?"),
        ("Why do you want the merger?", "Why do we want the merger?"),
        ("Should we pay you the fee?", "Should you pay we the fee?"),
    ],
    "pointing words": [
        ("What does this clause say?", "What does this clause say?"),
        ("What does that clause say?", "What does the clause say?"),
    ],
    "content words": [
        ("How do I train a dog?", "How do I train a cat?"),
        ("What is process engineering?", "What is a process engineer?"),
        ("What is in a barometer?", "What is a barometer?"),
        ("Did they gain independence?", "Did they gain from independence?"),
        ("What can I claim?", "What do I claim?"),
        ("Do I have to pay?", "Do I pay?"),
        ("Which has a virus?", "Which is a virus?"),
        ("Where does a keeper do the accounts?", "Where does a keeper the accounts?"),
        ("What is the company doing in Spain?", "What is the company in Spain?"),
        ("What is the news policy?", "What is the new policy?"),
        ("How is it security organised?", "How is security organised?"),
    ],
    "word order": [
        ("How is code ported from Java to Rust?", "How is code ported from Rust to Java?"),
        ("Did the buyer sue the seller?", "Did the seller sue the buyer?"),
    ],
    "prepositions": [
        ("Which tenants to notify?", "Which tenants notify?"),
    ],
}


@pytest.mark.parametrize(("a", "b"), SAME)
def test_questions_that_mean_the_same_pass(a: str, b: str) -> None:
    assert disagreement(a, b) is None
    assert disagreement(b, a) is None


@pytest.mark.parametrize(
    ("guard", "a", "b"), [(guard, a, b) for guard, pairs in DIFFERENT.items() for a, b in pairs]
)
def test_what_differs_is_named_in_both_directions(guard: str, a: str, b: str) -> None:
    assert disagreement(a, b) == guard
    assert disagreement(b, a) == guard


@settings(deadline=None)  # how busy the machine is says nothing of the code
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_can_be_compared_and_their_order_does_not_matter(a: str, b: str) -> None:
    assert disagreement(a, b) == disagreement(b, a)
