"""Imports in a wheel name the packages as they are called there, and nothing else changes."""

from __future__ import annotations

import pytest

from distribution.ragapp_build import rewrite_imports

SAME = [
    'import os\n"""from ui import text"""\n',
    "from ragapp.client.evals import Evals\n",
    "from . import ui\n",
    "import uistate, evals_of_others\n",
    "text = '''\nfrom ingest import it\nimport ui\n'''\n",
]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from ui import escape\n", "from ragapp_ui import escape\n"),
        ("from ui.web.guard import (\n    A,\n)\n", "from ragapp_ui.web.guard import (\n    A,\n)\n"),
        ("import ingest\n", "import ragapp_ingest as ingest\n"),
        ("import evals.cli\n", "import ragapp_evals.cli, ragapp_evals as evals\n"),
        ("import evals.cli as cli  # commands\n", "import ragapp_evals.cli as cli  # commands\n"),
        ("if x: import ui; y = 1\n", "if x: import ragapp_ui as ui; y = 1\n"),
        ("def f():\n    é = 'é'; from ui import a\n", "def f():\n    é = 'é'; from ragapp_ui import a\n"),
        ("page = '\x0c\u2028'\nfrom ui import a\n", "page = '\x0c\u2028'\nfrom ragapp_ui import a\n"),
        *((source, source) for source in SAME),
    ],
)
def test_imports_are_renamed(before: str, after: str) -> None:
    assert rewrite_imports(before, "a.py") == after


@pytest.mark.parametrize("source", ["import evals, ui\n", "from \\\n  ui import a\nimport os, ui.web\n"])
def test_an_import_that_cannot_be_renamed_stops_the_build(source: str) -> None:
    with pytest.raises(ValueError, match=r"a\.py:"):
        rewrite_imports(source, "a.py")
