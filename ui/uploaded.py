"""Files that a browser has sent to the page, until the API has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

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
        context = get_script_run_ctx()
        assert context is not None, "files are handed over by the script of a session"
        for file in files:
            _manager().remove_file(context.session_id, file.file_id)


def bytes_held() -> int:
    """Of all files that are in memory now."""
    return sum(stat.byte_length for stats in _manager().get_stats().values() for stat in stats)


def _manager() -> MemoryUploadedFileManager:
    manager = runtime.get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    return manager
