"""Names and text of documents are always shown as plain characters."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.escape import html_text, label_text, visible

WORD_JOINER = "\u2060"


@given(st.text())
def test_html_text_holds_no_character_that_html_reads(text: str) -> None:
    assert not set("<>\"'") & set(html_text(text))
    assert html.unescape(html_text(text)) == visible(text)


@given(st.text())
def test_label_text_is_one_line_that_says_the_same(text: str) -> None:
    label = label_text(text)
    unescaped = label.replace("\\", "").replace(WORD_JOINER, "")
    assert "\n" not in label
    assert unescaped == " ".join(visible(text).split()).replace("\\", "").replace(WORD_JOINER, "")


@pytest.mark.parametrize(
    "active", ["![x](y)", "[x](y)", "`x`", "$x$", "<b>", ":red[x]", "**x**", "~x~", "# x"]
)
def test_every_markdown_character_of_a_label_has_a_backslash(active: str) -> None:
    label = label_text(active)
    for at, character in enumerate(label):
        if character in "![]()`$<>:*~#":
            assert label[at - 1] == "\\"


@pytest.mark.parametrize(
    "address", ["http://evil.example", "www.evil.example", "WWW.evil.example", "a@evil.example"]
)
def test_a_bare_address_in_a_label_is_broken_up(address: str) -> None:
    assert address not in label_text(address).replace("\\", "")


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200f", "\x00", "\x1b", "\x7f", "\x9b"])
def test_characters_that_disguise_text_are_removed(hidden: str) -> None:
    assert visible(f"report{hidden}fdp.exe") == "reportfdp.exe"


def test_a_lone_surrogate_can_be_sent_to_a_browser() -> None:
    assert visible("a\ud800b") == "a\ufffdb"
    html_text("a\ud800b").encode()


def test_a_page_break_separates_words() -> None:
    assert html_text("pier.\fThe lamp") == "pier.\nThe lamp"
