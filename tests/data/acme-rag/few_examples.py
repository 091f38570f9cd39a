"""Few examples of each test: the suites are tried more thoroughly on ragapp's own implementations."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("few", max_examples=10, deadline=None, derandomize=True, database=None)
settings.load_profile("few")
