"""Sanitizing of untrusted text that is shown to readers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragapp.answering.safe_stream import SafeStream
from ragapp.answering.sanitize import sanitized

ACTIVE = re.compile(r"!\[|\]\(|\]\[|\]:|<[A-Za-z/!?]|://|\bwww\.", re.IGNORECASE)
"""Any of these could open an image, a link, a tag or an address that links itself."""

PIECES = (
    *(
        "![",
        "[",
        "]",
        "](",
        "][1]",
        "]:",
        "(",
        ")",
        "!",
        "[1]",
        "[2, 3]",
        "【1】",
        "a",
        " ",
        "\n",
        "\u202e",
        "\x00",
    ),
    *(
        "<",
        "<img src=x onerror=y>",
        "</a>",
        "<!--",
        "-->",
        "://",
        "http",
        "https://e.example/?q=",
        "www.",
        "w",
        ".",
    ),
)
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("See ![chart](https://evil.example/?q=secret) here.", "See here."),
        ("Read [the terms](https://evil.example/x) now.", "Read the terms now."),
        ("Read [the terms][t] now.\n[t]: https://evil.example/x", "Read the terms now.\n"),
        ("<b>Bold</b> and <img src='https://evil.example/x'>", "Bold and "),
        ("<script>alert(1)</script>", "alert(1)"),
        ("Go to https://example.org/a?b=c.", "Go to example.org/a?b=c."),
        ("if a < b and b > c", "if a < b and b > c"),
        ("x<y", "x< y"),
        ("an abc\u202edef turned round", "an abcdef turned round"),
    ],
)
def test_markup_goes_and_words_stay(written: str, shown: str) -> None:
    assert sanitized(written) == shown


@pytest.mark.parametrize("text", ["Größe: 3,5 m² – „gut“", "数字 42。", "a[0] = b[i]; x < 3", "50 % (2019)"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert sanitized(text) == text


@given(HOSTILE)
def test_nothing_active_is_left_of_hostile_text(text: str) -> None:
    assert not ACTIVE.search(sanitized(text))


@given(HOSTILE | st.text(max_size=60), st.lists(st.integers(1, 9), min_size=1, max_size=60))
def test_nothing_active_reaches_the_screen_however_the_text_is_cut(text: str, sizes: list[int]) -> None:
    stream, shown, at = SafeStream(), "", 0
    for size in sizes:
        shown += stream.feed(text[at : at + size])
        at += size
    shown += stream.feed(text[at:]) + stream.end()
    assert not ACTIVE.search(shown)


def test_words_stream_as_soon_as_they_are_whole_and_markers_are_held_back() -> None:
    stream = SafeStream()
    pieces = ["The ans", "wer is 4", "2 [", "1, ", "2]. Next"]
    assert [stream.feed(piece) for piece in pieces] == ["The", " answer is", " 42", "", "."]
    assert stream.end() == " Next"


def test_a_stream_loses_no_ordinary_text() -> None:
    stream = SafeStream()
    text = "Plain words, 数字 42。 and a list:\n- one\n- two"
    assert "".join(stream.feed(character) for character in text) + stream.end() == text
