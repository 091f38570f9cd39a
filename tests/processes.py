"""Processes that tests start and kill: forked, in milliseconds, from one that has loaded what they need."""

from __future__ import annotations

import multiprocessing

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.fault.library", "ragapp.testing.library"])
