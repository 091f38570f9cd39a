"""Whether an IP address belongs to the public internet, by a table of our own.

`ipaddress.is_global` differs between versions of Python and ignores IPv4 addresses inside IPv6 ones. The
table is that of IANA's special-purpose registries as of 2025
(https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry). All of their
blocks count as not public here: the few that they call globally reachable are anycast services of the nearest
network, not web sites.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_IPV4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network (RFC 791)
            "10.0.0.0/8",  # private (RFC 1918)
            "100.64.0.0/10",  # shared by the customers of a provider (RFC 6598)
            "127.0.0.0/8",  # loopback (RFC 1122)
            "169.254.0.0/16",  # link-local, with the metadata services of clouds (RFC 3927)
            "172.16.0.0/12",  # private (RFC 1918)
            "192.0.0.0/24",  # protocol assignments, such as the PCP address of the next router (RFC 6890)
            "192.0.2.0/24",  # documentation (RFC 5737)
            "192.31.196.0/24",  # AS112 (RFC 7535)
            "192.52.193.0/24",  # AMT (RFC 7450)
            "192.88.99.0/24",  # 6to4 relays (RFC 7526)
            "192.168.0.0/16",  # private (RFC 1918)
            "192.175.48.0/24",  # AS112 (RFC 7534)
            "198.18.0.0/15",  # benchmarks (RFC 2544)
            "198.51.100.0/24",  # documentation (RFC 5737)
            "203.0.113.0/24",  # documentation (RFC 5737)
            "224.0.0.0/4",  # multicast (RFC 5771)
            "240.0.0.0/4",  # reserved, with the limited broadcast (RFC 1112, RFC 8190)
        ),
    )
)

_UNICAST: Final = IPv6Network("2000::/3")
"""The IPv6 addresses that IANA has assigned to global unicast (RFC 4291). Outside of them are loopback,
mapped, compatible and translated IPv4 addresses, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), discard-only
(100::/64), segment routing (5f00::/16), unique local (fc00::/7), link-local (fe80::/10), site-local
(fec0::/10), and multicast."""

_IPV6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments (RFC 2928): Teredo, benchmarks, ORCHID, AMT, AS112 …
            "2001:db8::/32",  # documentation (RFC 3849)
            "2002::/16",  # 6to4, which carries an IPv4 address (RFC 3056)
            "2620:4f:8000::/48",  # AS112 (RFC 7534)
            "3ffe::/16",  # the former 6bone (RFC 3701)
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)

_ISATAP: Final = frozenset({0x0000_5EFE, 0x0200_5EFE})
"""Bits 64 to 95 of an address whose last 32 bits are the IPv4 address of a machine of the site (RFC 5214)."""


def is_public(address: str) -> bool:
    """Whether the address is public. Raises ValueError for an invalid address."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        # A connection to a mapped address goes to the IPv4 address.
        return _is_public_v6(parsed) if parsed.ipv4_mapped is None else _is_public_v4(parsed.ipv4_mapped)
    return _is_public_v4(parsed)


def _is_public_v4(address: IPv4Address) -> bool:
    return not any(address in block for block in _IPV4)


def _is_public_v6(address: IPv6Address) -> bool:
    is_isatap = (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP
    return address in _UNICAST and not is_isatap and not any(address in block for block in _IPV6)
