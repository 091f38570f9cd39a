"""Any order of ingest, change, delete, crash, reopen and reindex leaves the state of a dictionary."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from ragapp.testing.soak import repeats
from tests.fault.library import Library
from tests.fault.storage import PowerCut, failing_at

SOURCES = st.sampled_from(["heron", "crane", "stork"])
TEXTS = st.text(alphabet="abc de\nü", min_size=1, max_size=40).filter(str.strip)


class Shore(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.library = Library(Path(self.folder.name))
        self.expected: dict[str, str] = {}

    @rule(source=SOURCES, text=TEXTS)
    def ingest(self, source: str, text: str) -> None:
        self.library.ingest(source, text)
        self.expected[source] = text

    @rule(source=SOURCES, text=TEXTS)
    def accept_and_leave_it_to_the_next_worker(self, source: str, text: str) -> None:
        self.library.accept(source, text)
        self.expected[source] = text

    @rule(source=SOURCES)
    def delete(self, source: str) -> None:
        self.library.delete(source)
        self.expected.pop(source, None)

    @rule()
    def reindex(self) -> None:
        self.library.work()
        self.library.reindex()

    @rule()
    def search(self) -> None:
        self.library.assert_is(self.expected)

    @rule()
    def reopen(self) -> None:
        self.library.close()
        self.library = Library(Path(self.folder.name))

    @rule(source=SOURCES, text=TEXTS, point=st.integers(1, 25))
    def lose_power_in_an_ingest(self, source: str, text: str, point: int) -> None:
        with failing_at(point):
            try:
                self.library.accept(source, text)
                self.expected[source] = text
                self.library.work()
                self.library.catch_up()
            except PowerCut:
                pass
        self.reopen()
        accepted = {one.source for one in self.library.store.documents("shore")}
        assert self.expected.keys() <= accepted

    def teardown(self) -> None:
        self.library.assert_is(self.expected)
        self.library.close()
        self.folder.cleanup()


TestShore = Shore.TestCase
TestShore.settings = settings(
    max_examples=repeats(8, 500),
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
