"""A hook of mkdocs: links to files outside `docs/` become plain text, because the site has no such files."""

from __future__ import annotations

import re
from typing import Any


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Called for each page with its source."""
    up = page.file.src_uri.count("/") + 1
    outside = re.compile(rf"(?<!!)\[([^\]]+)\]\((?:\.\./){{{up}}}[^)]*\)")
    return outside.sub(r"\1", markdown)
