"""Finding the words of a cleaned text among the printed characters."""

from __future__ import annotations

import unicodedata

from hypothesis import assume, given
from hypothesis import strategies as st

from ragapp.page_images.alignment import find

LETTERS = st.text(st.sampled_from("abcdeé ,.fi"), min_size=1, max_size=60)
NOISE = st.sampled_from(["", " ", "\r\n", "\ufffe", "\u00ad", "-"])


def test_line_breaks_hyphens_and_ligatures_do_not_hide_words() -> None:
    printed = list("The inter\ufffe\r\nnational of\ufb01ce in Cre\u0301teil")
    text = "The international office in Créteil"
    start = text.index("international")
    found = find(text, (start, len(text)), printed)
    shown = "".join(printed[place] for place in found)
    assert shown == "internationalof\ufb01ceinCreteil"


def test_the_right_occurrence_of_repeated_words_is_found() -> None:
    text = "cats sleep. dogs bark. cats sleep."
    printed = list("A head that was not read. cats sleep. dogs bark. cats\nsleep.")
    second = text.rindex("cats")
    found = find(text, (second, len(text)), printed)
    assert min(found) == "".join(printed).rindex("cats")


def test_words_that_are_not_printed_are_not_found() -> None:
    assert find("a note nobody printed", (2, 6), list("quite different")) == []


def test_words_are_found_beside_text_from_another_source() -> None:
    text = "Name of the person Ada\nDate 1862 today"
    printed = list("Name of the person Date today")
    found = find(text, (text.index("person"), text.index(" today")), printed)
    assert "".join(printed[place] for place in found) == "personDate"


@given(st.lists(st.tuples(LETTERS, NOISE), min_size=1, max_size=6), st.data())
def test_every_letter_of_a_span_is_found_and_no_other(
    parts: list[tuple[str, str]], data: st.DataObject
) -> None:
    text = "".join(words for words, _ in parts)
    printed = [letter for words, noise in parts for letter in (*words, *noise)]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assume(text[start:end].strip())
    found = find(text, (start, end), printed)
    assert letters("".join(printed[place] for place in found)) == letters(text[start:end])


def letters(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(text.split()))
