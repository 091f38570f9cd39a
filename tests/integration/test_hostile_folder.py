"""Files of the working folder that are named like modules are never executed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from ragapp.cli.child_processes import Child
from tests.redisserver import free_port

SECONDS = 120
TRAPS = ("json", "queue", "sitecustomize", "typing", "ui/__init__", "ui/__main__", "ingest/__init__", "numpy")


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is written when anything of the hostile folder runs, which is the working folder from now on."""
    folder, trace = tmp_path / "downloads", tmp_path / "trace"
    for name in TRAPS:
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"open({str(trace)!r}, 'a').write({name!r} + chr(10))\n")
    (folder / "tesseract").write_text(f"#!/bin/sh\necho tesseract >> {trace}\n")
    (folder / "tesseract").chmod(0o755)
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").write_text("[server]\nbaseUrlPath = 'elsewhere'\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")
    monkeypatch.setenv("RAGAPP_DATA_DIR", str(tmp_path / "data"))
    return trace


def test_ingest_runs_no_code_from_the_working_folder(trace: Path) -> None:
    Path("a.md").write_text("# Tides\n\nThe harbour was built in 1862.\n")
    ragapp = str(Path(sys.executable).with_name("ragapp"))
    subprocess.run([ragapp, "ingest", "a.md"], check=True, timeout=SECONDS)
    assert not trace.exists(), trace.read_text()


def test_the_web_page_is_not_the_working_folders(trace: Path) -> None:
    port = free_port()
    page = Child("ui", ["--port", str(port)], folder="/")
    try:
        assert answer(f"http://127.0.0.1:{port}/_stcore/health").is_success
    finally:
        page.stop()
    assert not trace.exists(), trace.read_text()


def test_the_page_alone_has_no_options_of_the_working_folder(trace: Path) -> None:
    port = free_port()
    page = Child("ragapp.cli", ["ui", "--port", str(port)])
    try:
        assert answer(f"http://127.0.0.1:{port}/_stcore/health").is_success
    finally:
        page.stop()
    assert not trace.exists(), trace.read_text()


def answer(url: str) -> httpx.Response:
    until = time.monotonic() + SECONDS
    while True:
        try:
            return httpx.get(url, trust_env=False)
        except httpx.TransportError:
            assert time.monotonic() < until, f"{url} does not answer"
            time.sleep(0.1)
