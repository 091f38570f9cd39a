"""Errors of parsers that other parsers distinguish."""

from __future__ import annotations

from ragapp.errors import ParseError


class NoTextError(ParseError):
    """The file can be read, but has no text."""
