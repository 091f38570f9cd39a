"""Starts other programs so that nothing in the working folder is run by accident.

Python searches the working folder first when it is started as `python -m` or `python -c`, or when PYTHONPATH
has an empty entry; the shell does so when PATH has one. In a folder of documents a file called `json.py`
would then run with all rights of the user. Every Python process of ours therefore gets its command and its
environment from here.

This module imports nothing that may not be loaded yet, because `distrust_working_folder` has to run first.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from multiprocessing.context import SpawnContext

_OWN_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
"""The folder that ragapp is imported from. It is trusted even if it is the working folder."""


def module_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module as a program, as `python -m MODULE ARGUMENTS…` does."""
    return [sys.executable, "-P", "-m", module, *arguments]


def script_command(script: str, *arguments: str, python: str | None = None) -> list[str]:
    """The command that runs a file with this interpreter or with `python`; its folder is not searched."""
    return [python or sys.executable, "-P", script, *arguments]


def environment() -> dict[str, str]:
    """The environment of a Python child process: ours, with the folders that we import from."""
    return {
        **os.environ,
        "PATH": program_path(),
        "PYTHONPATH": os.pathsep.join(import_path()),
        "PYTHONSAFEPATH": "1",
    }


def import_path() -> list[str]:
    """The folders of `sys.path` that do not depend on the working folder."""
    folder = _working_folder()
    return [
        entry
        for entry in sys.path
        if os.path.isabs(entry) and (entry == _OWN_ROOT or os.path.realpath(entry) not in folder)
    ]


def program_path() -> str:
    """PATH without empty and relative entries, which depend on the working folder."""
    return os.pathsep.join(_absolute(os.environ.get("PATH", os.defpath).split(os.pathsep)))


def distrust_working_folder() -> None:
    """Keeps this process and its children from importing or running anything in the working folder.

    To be called before anything else is imported. What Python itself imported at its start, because of an
    empty entry in PYTHONPATH, has run by then.
    """
    sys.path[:] = import_path()
    os.environ["PATH"] = program_path()
    os.environ["PYTHONSAFEPATH"] = "1"
    if given := os.environ.get("PYTHONPATH"):
        folder = _working_folder()
        entries = _absolute(given.split(os.pathsep))
        safe_entries = [
            entry for entry in entries if entry == _OWN_ROOT or os.path.realpath(entry) not in folder
        ]
        os.environ["PYTHONPATH"] = os.pathsep.join(safe_entries)


def spawn_context() -> "SpawnContext":
    """The context for `multiprocessing`, which runs `python -c` and passes our `sys.path` on."""
    import multiprocessing  # noqa: PLC0415 - see the module's docstring

    distrust_working_folder()
    return multiprocessing.get_context("spawn")


def _absolute(entries: "Iterable[str]") -> list[str]:
    return [entry for entry in entries if os.path.isabs(entry)]


def _working_folder() -> frozenset[str]:
    """Its real path, and those of relative entries in PYTHONPATH, which `site` has made absolute."""
    try:
        here = os.getcwd()
    except FileNotFoundError:  # it was deleted
        return frozenset()
    relative = [
        entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if not os.path.isabs(entry)
    ]
    return frozenset(os.path.realpath(os.path.join(here, entry)) for entry in ("", *relative))
