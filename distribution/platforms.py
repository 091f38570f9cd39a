"""Resolves ragapp's requirements for each supported platform, from wheels alone: `make platforms`.

A requirement that has no wheel for a platform is named. Asks the package registry, through uv, which
evaluates environment markers for the platform instead of for this machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINUX_X86, LINUX_ARM = "x86_64-manylinux_2_28", "aarch64-manylinux_2_28"
MAC_ARM = "aarch64-apple-darwin"
ENVIRONMENT = {"MACOSX_DEPLOYMENT_TARGET": "14.0"}
EXTRAS = ("evals", "local", "ocr", "server")
NOT_BUILT = {(LINUX_ARM, "evals")}
"""pytrec-eval-terrier has no wheels there: a C compiler has to be installed."""


def resolve(platform: str, extras: tuple[str, ...], python: str) -> str:
    """Why the requirements cannot be met from wheels; empty when they can."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet"),
        *(word for extra in extras for word in ("--extra", extra)),
        *("--python-platform", platform, "--python-version", python),
        *("--only-binary", ":all:", "--constraint", "constraints.txt", "--output-file", os.devnull),
    ]
    done = subprocess.run(  # noqa: S603 - our own arguments
        command, cwd=ROOT, env=os.environ | ENVIRONMENT, capture_output=True, text=True, check=False
    )
    return done.stderr.strip() if done.returncode else ""


def main() -> int:
    """Prints a line for each platform, and what is missing. Returns 1 when something is."""
    failed = False
    for platform in (LINUX_X86, LINUX_ARM, MAC_ARM):
        extras = tuple(extra for extra in EXTRAS if (platform, extra) not in NOT_BUILT)
        for python in ("3.11", "3.14"):
            why = resolve(platform, extras, python)
            failed = failed or bool(why)
            named = f"{platform}, Python {python}, extras {', '.join(extras)}"
            sys.stdout.write(f"{named}: {why or 'resolved'}\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
