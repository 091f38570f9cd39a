"""A program with secrets that gives attacks to its sandbox: prints the protections and how each attack went.

`python -m tests.unit.sandbox.attacked '{"deny": [...], "user": ..., "attacks": [[name, argument], ...]}'`
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import closing

from ragapp.errors import ParseError
from ragapp.sandbox import MIB, Sandbox, SandboxLimits, kernel

FORBIDDABLE = {"landlock_create_ruleset": (444, 444), "unshare": (272, 97), "seccomp": (277, 277)}
"""Protections that are missing in containers and on old kernels."""


def main() -> None:
    wanted = json.loads(sys.argv[1])
    kernel.keep_memory_private()
    if wanted["deny"]:
        kernel._BLOCKED_CALLS.update(FORBIDDABLE)
        kernel.no_new_privileges()
        assert kernel.block_calls(wanted["deny"])
    results = {}
    limits = SandboxLimits(
        memory=1024 * MIB, output=MIB, cpu_seconds=20, wall_seconds=wanted.get("seconds", 10)
    )
    with closing(Sandbox("tests.unit.sandbox.attacks", limits)) as sandbox:
        for name, argument in wanted["attacks"]:
            given = argument.replace("PARENT", str(os.getpid()))
            try:
                reported = sandbox.run(io.BytesIO(b"document"), "a.txt", json.dumps([name, given])).decode()
            except ParseError as error:
                reported = f"failed: {error}"
            results[f"{name} {argument}"] = reported
        print(json.dumps({"protections": sandbox.start(), "results": results}))  # noqa: T201


if __name__ == "__main__":
    main()
