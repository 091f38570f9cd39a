"""Which addresses are public. Nothing is connected to: the tests judge addresses only."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragapp.fetching.addresses import is_public

NOT_PUBLIC = (
    # IPv4
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1"),
    *("127.255.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9"),
    *(
        "192.0.0.170",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
    ),
    *("198.51.100.7", "203.0.113.5", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    # IPv6
    *("::", "::1", "100::1", "100:0:0:1::1", "2001::1", "2001:1::1", "2001:2::1", "2001:10::1"),
    *(
        "2001:20::1",
        "2001:db8::1",
        "2002::1",
        "3ffe::1",
        "3fff::1",
        "3fff:fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
    ),
    *("fd00::1", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "feff::1", "ff02::1", "ff0e::1"),
)

PUBLIC = (
    *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255", "100.128.0.0"),
    *("126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.1"),
    *("192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"),
    *("2001:200::1", "2001:4860:4860::8888", "2606:2800:220:1:248:1893:25c8:1946", "2a00:1450::1"),
    "::ffff:8.8.8.8",
)

PRIVATE_V4 = ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1")


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_special_purpose_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_internet_and_the_neighbours_of_special_blocks_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("hidden", PRIVATE_V4)
@pytest.mark.parametrize(
    "form",
    [
        "::{a}",  # compatible
        "::ffff:{a}",  # mapped
        "::ffff:0:{a}",  # translated (SIIT)
        "64:ff9b::{a}",  # NAT64
        "64:ff9b:1::{a}",  # NAT64 of a network's own
        "2002:{hex}::1",  # 6to4
        "2001:0:102:304:0:0:{inverted}",  # Teredo: the client's address, inverted
        "2001:0:{hex}::1",  # Teredo: the server's
        "2a00:1450::5efe:{a}",  # ISATAP
        "2a00:1450::200:5efe:{a}",
        "fe80::5efe:{a}",
    ],
)
def test_a_hidden_private_address_is_found(form: str, hidden: str) -> None:
    number = int(ip_address(hidden))
    inverted = number ^ 0xFFFF_FFFF
    address = form.format(a=hidden, hex=halves(number), inverted=halves(inverted))
    assert not is_public(address)


def halves(number: int) -> str:
    return f"{number >> 16:x}:{number & 0xFFFF:x}"


@given(st.integers(0, 2**32 - 1))
def test_a_mapped_address_is_judged_as_the_one_it_maps(number: int) -> None:
    address = str(ip_address(number))
    assert is_public(f"::ffff:{address}") == is_public(address)


@given(st.ip_addresses())
def test_it_is_never_more_lenient_than_python(address: object) -> None:
    judged = ip_address(str(address))
    if is_public(str(judged)) and getattr(judged, "ipv4_mapped", None) is None:
        assert judged.is_global
        assert not judged.is_multicast


def test_an_invalid_address_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        is_public("example.org")
