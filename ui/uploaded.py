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
def freed_afterwards(files: Sequence[UploadedFile]) -> Iterator[None]:
    """Frees the files at the end of the block, also after an error.

    Streamlit would otherwise keep them in memory until the browser session ends.
    """
    try:
        yield
    finally:
        for file in files:
            _manager().remove_file(_session_id(), file.file_id)


def bytes_held() -> int:
    """The size of all files that are in memory now."""
    return sum(stat.byte_length for stats in _manager().get_stats().values() for stat in stats)


def note_rejected(session_id: str) -> None:
    """Counts a file of a session that was rejected for lack of room. `pop_rejected` returns the count."""
    if runtime.get_instance().is_active_session(session_id):
        _rejected()[session_id] += 1


def pop_rejected() -> int:
    """Returns the number of files of this session that were rejected since the last call."""
    return _rejected().pop(_session_id(), 0)


@cache
def _rejected() -> Counter[str]:
    """Rejected files by session. The HTTP side and the scripts of all sessions share this object."""
    return Counter()


def _session_id() -> str:
    context = get_script_run_ctx()
    assert context is not None, "called by the script of a session"
    return context.session_id


def _manager() -> MemoryUploadedFileManager:
    manager = runtime.get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    return manager
