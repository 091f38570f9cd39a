"""Sentences: exact spans, nothing lost, and the hard cases of real documents."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragapp.text.sentences import WINDOW, sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["The U.S. economy grew 3.5 percent.", "See Fig. 3 for details, e.g. the bars."],
        ["Dr. J. R. Smith et al. agree.", "It was 10 p.m. by then."],
        ["Acme Inc. and Corp. Ltd. said so.", "No. 5 is alive."],
        ['He said "Stop."', "Then he left!", "Why?", "Nobody knows…"],
        ["(See above.)", "She said so.", "“It is here.", "We saw it (twice).", "It left.”", "Good."],
        ["今天天气很好!", "我们走吧?", "好的。"],
        ["これは文です。", "もう一つの文です。"],
        ["السلام عليكم.", "كيف حالك؟", "أنا بخير."],
        ["An emoji 😀 here.", "And 👍🏽 there."],
    ],
)
def test_it_finds_the_sentences_of_a_paragraph(expected: list[str]) -> None:
    glue = "" if expected[0][-1] in "。!" else " "
    assert sentences(glue.join(expected)) == expected


def test_thai_is_cut_at_blanks_though_not_at_each() -> None:
    text = "สวัสดีครับ ผมชื่อสมชาย ผมอาศัยอยู่ที่กรุงเทพฯ และทำงานที่ธนาคาร วันนี้อากาศดีมาก เราจึงไปเที่ยวทะเลกัน"
    found = sentences(text)
    assert len(found) == 2
    assert " ".join(found) == text


@pytest.mark.parametrize(
    "expected",
    [
        ["我们在纽约。", "他说：“今天很好！”", "价格是3.5元。"],
        ["میں بازار گیا۔", "کیا آپ نے کچھ خریدا؟"],
        ["הלכתי לשוק.", "האם קנית משהו?"],
        ["मैं बाज़ार गया।", "क्या आपने कुछ खरीदा?"],
        ["안녕하세요.", "저는 학생입니다."],
    ],
)
def test_scripts_end_their_sentences_in_their_own_ways(expected: list[str]) -> None:
    glue = "" if expected[0][-1] == "。" else " "
    assert sentences(glue.join(expected)) == expected


def test_a_line_break_inside_a_sentence_does_not_end_it() -> None:
    text = "Revenue was $3.1\nbillion in fiscal\n2022. Net income fell\nby a third."
    assert sentences(text) == ["Revenue was $3.1\nbillion in fiscal\n2022.", "Net income fell\nby a third."]


@pytest.mark.parametrize("border", ["\n\n", "\n \t\n", "\f", "\n\f\n"])
def test_a_blank_line_or_a_page_break_always_ends_a_sentence(border: str) -> None:
    assert sentences(f"no full stop here{border}nor here") == ["no full stop here", "nor here"]


@pytest.mark.parametrize("marker", ["-", "*", "•", "2.", "12)", "(b)", "(3)"])
def test_each_list_item_is_its_own_sentence_with_its_marker(marker: str) -> None:
    text = f"It needs:\n{marker} a long\n  spoon\n{marker} a bowl"
    assert sentences(text) == ["It needs:", f"{marker} a long\n  spoon", f"{marker} a bowl"]


def test_an_item_of_several_sentences_is_not_a_single_one() -> None:
    assert sentences("• One thing. Another thing.\nA third.") == [
        "• One thing.",
        "Another thing.",
        "A third.",
    ]


def test_each_row_of_a_table_is_its_own_sentence() -> None:
    rows = ["Net income $ 1,058 $ 815 $ 951", "Pension, net of tax (50) 94 —", "| Total | 12% | 13% |"]
    assert sentences("\n".join(rows)) == rows


def test_a_line_that_ends_in_one_number_is_not_a_row() -> None:
    text = "It grew from 2021 to\n2022 and it\ngrew in 2023\nagain."
    assert sentences(text) == [text]


PROSE = "The company sells packaging in forty countries, and most of it is made\nwhere it is sold."


def test_a_title_right_above_its_paragraph_is_apart_from_it() -> None:
    found = sentences(f"{PROSE}\nCredit Risk\n{PROSE}")
    assert found == [PROSE, "Credit Risk", PROSE]


@pytest.mark.parametrize("line", ["of New", "The city of New York,", "Two kinds of risk:"])
def test_a_short_line_that_continues_is_not_a_title(line: str) -> None:
    assert sentences(f"{PROSE}\n{line}\n{PROSE}") == [PROSE, f"{line}\n{PROSE}"]


def test_the_first_line_is_not_a_title_since_it_may_continue_another() -> None:
    assert sentences(f"We audited the\n{PROSE}") == [f"We audited the\n{PROSE}"]


def test_a_sentence_longer_than_the_window_stays_whole() -> None:
    long = "word " * WINDOW + "end."
    assert sentences(f"Before. {long} After.") == ["Before.", long, "After."]


def test_windows_leave_no_mark_in_a_long_paragraph() -> None:
    one = "This is a sentence of a paragraph that never ends."
    assert sentences(" ".join([one] * 500)) == [one] * 500


LETTERS = st.one_of(
    st.characters(exclude_categories=["Cs"]), st.sampled_from("aB1 .!?\n\f\t-(…)。\u2028\x85")
)


@given(st.text(alphabet=LETTERS))
def test_spans_ascend_are_stripped_and_hold_every_visible_character(text: str) -> None:
    previous, outside = 0, ""
    for start, end in sentence_spans(text):
        assert previous <= start < end
        assert text[start:end] == text[start:end].strip()
        outside += text[previous:start]
        previous = end
    assert not (outside + text[previous:]).strip()


@pytest.mark.parametrize("unit", ["他说你好。", "e.g. ", "- ", " 1", "\n", "One two. ", "a"])
def test_time_grows_with_the_length_and_not_with_its_square(unit: str) -> None:
    def seconds(characters: int) -> float:
        text = unit * (characters // len(unit))
        started = time.thread_time()
        sentence_spans(text)
        return time.thread_time() - started

    small = min(seconds(10_000) for _ in range(3))
    assert seconds(100_000) < 40 * small
