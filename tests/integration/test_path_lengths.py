"""How many functions of the product lie between a route and where its work is done.

A longer path needs a reason: merge a layer that only passes on, or change the number here and in
docs/research/house.md.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import FrameType

import httpx
import pytest

import ragapp
from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from tests.serving import TIDES, ingest_all, serving, settings_in

ROOT = Path(ragapp.__file__).parents[1]
ROUTES = {"upload", "ask"}
LONGEST = {
    "ragapp/store/documents.py:_new_version": 6,
    "ragapp/retrieval/retriever.py:Retriever.search": 4,
    "ragapp/answering/reading/pipeline.py:ReadingPipeline.extract": 7,
}
"""The functions from the route to this one, both included."""


def name_of(frame: FrameType) -> str:
    """The file in the product and the function; empty for other code."""
    path = Path(frame.f_code.co_filename)
    if ROOT / "ragapp" not in path.parents:
        return ""
    return f"{path.relative_to(ROOT).as_posix()}:{frame.f_code.co_qualname}"


def path_to(frame: FrameType) -> list[str]:
    """The product's functions on the stack, from the route on."""
    names = []
    at: FrameType | None = frame
    while at is not None:
        if name := name_of(at):
            names.append(name)
        if name.startswith("ragapp/api/http/") and name.rpartition(":")[2] in ROUTES:
            break
        at = at.f_back
    return names[::-1]


@pytest.fixture
def paths(tmp_path: Path) -> Mapping[str, list[str]]:
    """The path to each of these functions when a document is uploaded and a question is asked over HTTP."""
    found: dict[str, list[str]] = {}

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name in names and name_of(frame) in LONGEST:
            found.setdefault(name_of(frame), path_to(frame))

    names = {one.rpartition(":")[2].rpartition(".")[2] for one in LONGEST}
    settings = settings_in(tmp_path)
    threading.setprofile(note)  # of the threads that the server starts for its routes
    try:
        with (
            closing(build_service(settings)) as service,
            serving(create_app(service, settings)) as url,
            httpx.Client(base_url=url, timeout=60) as http,
        ):
            uploaded = http.post("/v1/collections/default/documents", files={"file": ("tides.txt", TIDES)})
            assert uploaded.status_code == httpx.codes.ACCEPTED
            ingest_all(settings)
            assert not http.post("/v1/ask", json={"question": "When does the tide turn?"}).json()["refused"]
    finally:
        threading.setprofile(None)
    return found


def test_paths_are_as_short_as_they_were(paths: Mapping[str, list[str]]) -> None:
    assert {name: len(path) for name, path in paths.items()} == LONGEST, paths
