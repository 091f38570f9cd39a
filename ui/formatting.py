"""Formats numbers, sizes and times for people."""

from __future__ import annotations

import math
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

_UNITS = ("kB", "MB", "GB", "TB")


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size(bytes_: int) -> str:
    """Formats a size in bytes, with decimal units."""
    if bytes_ < 1000:
        return counted(bytes_, "byte")
    power = min(int(math.log10(bytes_ * 1.0005) / 3), len(_UNITS))
    value, unit = bytes_ / 1000**power, _UNITS[power - 1]
    return f"{value:.0f} {unit}" if value >= 99.5 or unit == "kB" else f"{value:.1f} {unit}"


def moment(when: datetime) -> str:
    """Formats a time in the time zone of the browser."""
    return f"{when.astimezone(ZoneInfo(st.context.timezone or 'UTC')):%d %b %Y, %H:%M}"


def duration(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def share(value: float | None) -> str:
    """Formats a share as a percentage; None gives a dash."""
    return "–" if value is None else f"{value:.1%}"
