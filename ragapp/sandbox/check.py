"""The check of `ragapp doctor` that the sandbox starts, and which protections this machine supports."""

from __future__ import annotations

from contextlib import closing

from ragapp.errors import StorageError
from ragapp.sandbox.child import serve
from ragapp.sandbox.messages import SandboxLimits
from ragapp.sandbox.process import MIB, Sandbox, shown_protections
from ragapp.types import Check

_LIMITS = SandboxLimits(memory=512 * MIB, output=MIB, cpu_seconds=10, wall_seconds=10)


def check_confinement() -> Check:
    """Starts a sandbox without a parser. Names missing protections, which are not a failure."""
    name = "documents are parsed in a confined process"
    try:
        with closing(Sandbox(__name__, _LIMITS)) as sandbox:
            return Check(name, ok=True, detail=shown_protections(sandbox.start()))
    except StorageError as error:
        return Check(name, ok=False, detail=str(error))


if __name__ == "__main__":
    serve(lambda data, _request: data)
