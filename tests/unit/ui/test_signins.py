"""Who is signed in at the page, and for how long."""

from __future__ import annotations

import pytest

from ui.web.signins import SignIns

KEY = "ragapp_0123_abc"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_cookie_stands_for_its_key_until_its_time_is_up() -> None:
    clock = Clock()
    signed_in = SignIns(60, clock)
    cookie = signed_in.begin(KEY)
    assert KEY not in cookie
    clock.now += 59
    assert signed_in.key_of(cookie) == KEY
    clock.now += 1
    assert signed_in.key_of(cookie) == ""


def test_signing_out_ends_one_cookie_alone() -> None:
    signed_in = SignIns()
    here, there = signed_in.begin(KEY), signed_in.begin(KEY)
    signed_in.end(here)
    assert (signed_in.key_of(here), signed_in.key_of(there)) == ("", KEY)


@pytest.mark.parametrize("wrong", [None, "", ".", "x", "x.y", "\u00e9.\u00e9"])
def test_what_was_not_signed_here_stands_for_nothing(wrong: str | None) -> None:
    signed_in = SignIns()
    signed_in.begin(KEY)
    assert signed_in.key_of(wrong) == ""
    signed_in.end(wrong)


def test_a_cookie_of_another_process_or_altered_stands_for_nothing() -> None:
    signed_in = SignIns()
    cookie = signed_in.begin(KEY)
    assert SignIns().key_of(cookie) == ""
    assert signed_in.key_of(("A" if cookie[0] != "A" else "B") + cookie[1:]) == ""
    assert signed_in.key_of(cookie.rpartition(".")[0]) == ""
