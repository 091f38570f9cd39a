"""Files that a browser has sent to the page, until the API has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile


@contextmanager
def handed_over(files: Sequence[UploadedFile]) -> Iterator[None]:
    """Frees the files at the end, however it comes.

    Streamlit would keep them in memory for as long as the browser session lasts.
    """
    try:
        yield
    finally:
        for file in files:
            _manager().remove_file(_session_id(), file.file_id)


def bytes_held() -> int:
    """Of all files that are in memory now."""
    return sum(stat.byte_length for stats in _manager().get_stats().values() for stat in stats)


def note_turned_away(session_id: str) -> None:
    """Counts a file for which there was no room; `pop_turned_away` tells its session."""
    if runtime.get_instance().is_active_session(session_id):
        _turned_away()[session_id] += 1


def pop_turned_away() -> int:
    """How many files of this session had no room since it was asked last."""
    return _turned_away().pop(_session_id(), 0)


@cache
def _turned_away() -> Counter[str]:
    """By session. One of this process, which its HTTP side and the scripts of all sessions share."""
    return Counter()


def _session_id() -> str:
    context = get_script_run_ctx()
    assert context is not None, "only the script of a session asks for its files"
    return context.session_id


def _manager() -> MemoryUploadedFileManager:
    manager = runtime.get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    return manager
