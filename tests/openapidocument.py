"""The API's own description, as `/openapi.json` has it: `python -m tests.openapidocument` prints it."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ragapp.bootstrap import build_service
from ragapp.doors.http.app import create_app
from tests.serving import settings_in


def openapi_document() -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        with closing(build_service(settings)) as service:
            return create_app(service, settings).openapi()


if __name__ == "__main__":
    json.dump(openapi_document(), sys.stdout)
