"""Contract suites for implementations of other packages: test classes to subclass in your own tests.

Only tests import this package, which needs pytest and hypothesis: `pip install 'ragapp[testing]'`. Each class
says which fixtures a subclass overrides; docs/extending.md has an example.
"""

import pytest

pytest.register_assert_rewrite(
    *(
        f"{__name__}.{module}"
        for module in (
            "cache_stores",
            "chunkers",
            "embedders",
            "generators",
            "parsers",
            "rerankers",
            "search_index",
            "sources",
        )
    )
)
