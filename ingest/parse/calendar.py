"""Calendars (iCalendar, RFC 5545) and contacts (vCard, RFC 6350), which are written in the same lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.parse.encoding import decode
from ragapp.text.builder import TextBuilder
from ragapp.text.clean import clean
from ragapp.types import ParsedText

_FOLDED = re.compile(r"\n[ \t]")
_LINE = re.compile(
    r'(?:[\w-]{1,60}\.)?(?P<name>[\w-]{1,60})(?P<parameters>(?:;[^":;\n]{1,200}(?:"[^"\n]{0,200}")?){0,20}):(?P<value>.*)'
)
_ZONE = re.compile(r"TZID=\"?([^\";:]{1,100})")
_ENTRIES = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VCARD"})
_SKIPPED = frozenset({"VTIMEZONE", "VALARM"})
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_ESCAPED = re.compile(r"\\(.)")
_MAILTO = re.compile(r"^mailto:", re.IGNORECASE)

_LABELS = {
    "DTSTART": "Start", "DTEND": "End", "DUE": "Due", "LOCATION": "Place", "ORGANIZER": "Organizer",
    "ATTENDEE": "Attendee", "DURATION": "Duration", "RRULE": "Repeats", "STATUS": "Status", "URL": "Link",
    "CATEGORIES": "Categories", "COMMENT": "Comment", "ORG": "Organization", "TITLE": "Position",
    "ROLE": "Role", "TEL": "Telephone", "EMAIL": "Email", "ADR": "Address", "BDAY": "Birthday",
    "NOTE": "Note", "NICKNAME": "Nickname",
}  # fmt: skip
"""What is shown, and what it is called. The rest is for programs."""


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    parameters: str
    value: str


def parse_calendar(data: bytes, name: str) -> ParsedText:
    """Parses the events, tasks and notes of a calendar. Raises ParseError like `decode`."""
    return read_calendar(decode(data, name))


def parse_contacts(data: bytes, name: str) -> ParsedText:
    """Parses the contacts of an address book. Raises ParseError like `decode`."""
    return read_calendar(decode(data, name))


def read_calendar(text: str) -> ParsedText:
    """The entries of a calendar or address book, each under a heading. There may be none."""
    out = TextBuilder()
    for entry in _entries(clean(text)):
        shown = {one.name: _plain(one.value) for one in entry}
        out.heading(1, shown.get("SUMMARY") or shown.get("FN") or "Entry")
        out.paragraph("\n".join(_lines(entry)))
        out.paragraph(shown.get("DESCRIPTION", ""))
    return out.build()


def _lines(entry: list[_Property]) -> Iterator[str]:
    for one in entry:
        if label := _LABELS.get(one.name):
            value = _time(one) or _MAILTO.sub("", ", ".join(filter(None, _plain(one.value).split(";"))))
            named = re.search(r'CN="?([^";:]{1,200})', one.parameters)
            yield f"{label}: {named[1]} <{value}>" if named else f"{label}: {value}"


def _time(one: _Property) -> str:
    """A time as people write it, with its zone."""
    found = _TIME.fullmatch(one.value.strip())
    if found is None:
        return ""
    year, month, day, hour, minute, _, utc = found.groups()
    zone = _ZONE.search(one.parameters)
    named = "UTC" if utc else zone[1] if zone else ""
    return " ".join(filter(None, (f"{year}-{month}-{day}", f"{hour}:{minute}" if hour else "", named)))


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()


def _entries(text: str) -> Iterator[list[_Property]]:
    entry: list[_Property] = []
    skipped = 0
    for line in _FOLDED.sub("", text).split("\n"):
        found = _LINE.match(line)
        if found is None:
            continue
        name, value = found["name"].upper(), found["value"]
        part = value.strip().upper()
        if name in {"BEGIN", "END"} and part in _SKIPPED:
            skipped += 1 if name == "BEGIN" else -1
        elif name == "BEGIN" and part in _ENTRIES:
            entry = []
        elif name == "END" and part in _ENTRIES:
            yield entry
        elif not skipped:
            entry.append(_Property(name, found["parameters"], value))
