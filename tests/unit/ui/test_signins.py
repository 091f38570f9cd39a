"""Sign-ins on the web page, and their expiry."""

from __future__ import annotations

import pytest

from ui.web.signins import SignIns

KEY = "ragapp_0123_abc"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_cookie_is_valid_until_it_expires() -> None:
    clock = Clock()
    signed_in = SignIns(60, clock)
    cookie = signed_in.begin(KEY)
    assert KEY not in cookie
    clock.now += 59
    assert signed_in.key_of(cookie) == KEY
    clock.now += 1
    assert signed_in.key_of(cookie) == ""


def test_signing_out_invalidates_only_that_cookie() -> None:
    signed_in = SignIns()
    here, there = signed_in.begin(KEY), signed_in.begin(KEY)
    signed_in.end(here)
    assert (signed_in.key_of(here), signed_in.key_of(there)) == ("", KEY)


@pytest.mark.parametrize("wrong", [None, "", ".", "x", "x.y", "\u00e9.\u00e9"])
def test_an_unsigned_cookie_is_invalid(wrong: str | None) -> None:
    signed_in = SignIns()
    signed_in.begin(KEY)
    assert signed_in.key_of(wrong) == ""
    signed_in.end(wrong)


def test_a_foreign_or_altered_cookie_is_invalid() -> None:
    signed_in = SignIns()
    cookie = signed_in.begin(KEY)
    assert SignIns().key_of(cookie) == ""
    assert signed_in.key_of(("A" if cookie[0] != "A" else "B") + cookie[1:]) == ""
    assert signed_in.key_of(cookie.rpartition(".")[0]) == ""
