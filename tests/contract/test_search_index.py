"""What every SearchIndex promises, over the real store."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np
import pytest
import xxhash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragapp.errors import EmbedderMismatch, NotFoundError, UsageError
from ragapp.index.local.views import LocalIndex
from ragapp.index.qdrant.index import QdrantIndex
from ragapp.index.qdrant.servers import QdrantSettings
from ragapp.index.truth import Truth
from ragapp.protocols import SearchIndex
from ragapp.service.reindexing import reindex
from ragapp.types import Collection
from tests.contract.library import DIMENSION, EAST, EMBEDDER, NAME, Library, Witness, embed
from tests.fault.library import HashEmbedder


@dataclass(frozen=True, slots=True)
class Where:
    """Which implementation, for this process and others. `qdrant_url` is None for the one in files."""

    qdrant_url: str | None

    def open(self, folder: Path, truth: Truth) -> SearchIndex:
        if self.qdrant_url is None:
            return LocalIndex(folder / "views", truth)
        prefix = f"test{xxhash.xxh3_64_hexdigest(bytes(folder))}"
        return QdrantIndex(QdrantSettings((self.qdrant_url,), prefix=prefix, shards=1), truth)


class OpenIndex(Protocol):
    def __call__(self, truth: Truth | None = None) -> SearchIndex: ...


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library.at(tmp_path)
    library.store.create_collection(NAME, EMBEDDER, DIMENSION)
    yield library
    library.store.close()


@pytest.fixture(params=["files", "qdrant"])
def where(request: pytest.FixtureRequest) -> Where:
    return Where(request.getfixturevalue("qdrant").url if request.param == "qdrant" else None)


@pytest.fixture
def open_index(where: Where, tmp_path: Path, library: Library) -> Iterator[OpenIndex]:
    """Opens one more index over the same views, as another process or a restart would."""
    opened: list[SearchIndex] = []

    def opening(truth: Truth | None = None) -> SearchIndex:
        opened.append(where.open(tmp_path, truth or library.store))
        return opened[-1]

    yield opening
    for index in opened:
        index.close()


@pytest.fixture
def index(open_index: OpenIndex) -> SearchIndex:
    return open_index()


def words(library: Library, index: SearchIndex, query: str, k: int = 10) -> list[str]:
    return library.texts(index.words(library.collection, query, k))


def dense(library: Library, index: SearchIndex, text: str, k: int = 10) -> list[str]:
    return library.texts(index.dense(library.collection, embed(text), k))


def test_an_empty_collection_finds_nothing(library: Library, index: SearchIndex) -> None:
    index.catch_up(library.collection)
    assert index.dense(library.collection, EAST, 5) == ()
    assert index.words(library.collection, "herons", 5) == ()
    assert index.verify(library.collection) is None


def test_an_added_document_is_found_by_words_and_by_vector(library: Library, index: SearchIndex) -> None:
    library.add("a", ["Herons fish at dusk.", "The tide turns at noon."])
    assert words(library, index, "heron fishing") == ["Herons fish at dusk."]
    assert dense(library, index, "The tide turns at noon.", 1) == ["The tide turns at noon."]


def test_scores_are_inner_products_best_first(library: Library, index: SearchIndex) -> None:
    texts = [f"text {n}" for n in range(20)]
    library.add("a", texts)
    ranking = index.dense(library.collection, EAST, 20)
    expected = sorted((float(embed(text) @ EAST) for text in texts), reverse=True)
    assert [score for _, score in ranking] == pytest.approx(expected, abs=1e-6)


def test_a_document_is_found_by_words_before_it_has_vectors(library: Library, index: SearchIndex) -> None:
    library.add("a", ["Herons fish."], embedded=False)
    assert words(library, index, "herons") == ["Herons fish."]
    assert dense(library, index, "Herons fish.") == []
    library.embed_next()
    assert dense(library, index, "Herons fish.") == ["Herons fish."]


def test_a_copy_on_its_way_shares_vectors_but_is_not_found_by_them(
    library: Library, index: SearchIndex
) -> None:
    library.add("a", ["Herons fish."])
    library.add("b", ["Herons fish."], embedded=False)
    index.rebuild(library.collection)
    assert len(dense(library, index, "Herons fish.")) == 1
    assert index.verify(library.collection) is None
    library.embed_next()
    assert len(dense(library, index, "Herons fish.")) == 2


def test_a_new_version_replaces_the_old_one(library: Library, index: SearchIndex) -> None:
    library.add("a", ["Herons fish."])
    assert words(library, index, "herons") == ["Herons fish."]
    library.add("a", ["Egrets wade."])
    assert index.words(library.collection, "herons", 10) == ()
    assert words(library, index, "egrets") == ["Egrets wade."]
    assert len(index.dense(library.collection, EAST, 10)) == 1


@pytest.mark.parametrize("rebuilt", [False, True], ids=["just added", "in a base"])
def test_a_deleted_document_is_not_found(library: Library, index: SearchIndex, rebuilt: bool) -> None:
    index.catch_up(library.collection)
    gone, left = library.add("a", ["Herons fish."]), library.add("b", ["Herons sleep."])
    index.catch_up(library.collection)
    if rebuilt:
        index.rebuild(library.collection)
    library.delete("a")
    collection = library.collection
    for within in (None, {gone, left}):
        assert len(index.words(collection, "herons", 10, within)) == 1
        assert len(index.dense(collection, EAST, 10, within)) == 1
    assert index.dense(collection, EAST, 10, {gone}) == ()
    assert index.verify(collection) is None


def test_rankings_are_as_new_as_the_collection_they_are_asked_for(
    library: Library, open_index: OpenIndex
) -> None:
    writer, reader = open_index(), open_index()
    for number in range(5):
        library.add(f"{number}", [f"heron number {number}"])
        writer.catch_up(library.collection)
        assert len(reader.words(library.collection, "heron", 10)) == number + 1
        assert len(reader.dense(library.collection, EAST, 10)) == number + 1


def test_k_may_be_larger_than_the_collection(library: Library, index: SearchIndex) -> None:
    library.add("a", ["Herons fish.", "Herons sleep."])
    assert len(index.words(library.collection, "herons", 10_000)) == 2
    assert len(index.dense(library.collection, EAST, 10_000)) == 2
    assert index.words(library.collection, "herons", 0) == index.dense(library.collection, EAST, 0) == ()


def test_a_narrow_filter_still_fills_k(library: Library, index: SearchIndex) -> None:
    for number in range(30):
        library.add(f"loud {number}", ["heron heron heron"] * 4)
    quiet = library.add("quiet", [f"one heron among many other words, chunk {n}" for n in range(6)])
    for found in (
        index.words(library.collection, "heron", 5, {quiet}),
        index.dense(library.collection, embed("heron heron heron"), 5, {quiet}),
    ):
        assert len(found) == 5
        assert all(text.startswith("one heron") for text in library.texts(found))
    assert index.words(library.collection, "heron", 5, frozenset()) == ()
    assert index.dense(library.collection, EAST, 5, frozenset()) == ()
    assert index.dense(library.collection, EAST, 5, {987_654}) == ()


def test_a_filter_does_not_change_scores(library: Library, index: SearchIndex) -> None:
    versions = {library.add(f"{n}", [f"heron {'fish ' * n}"]) for n in range(5)}
    collection = library.collection
    assert index.words(collection, "heron fish", 9, versions) == index.words(collection, "heron fish", 9)
    assert index.dense(collection, EAST, 9, versions) == index.dense(collection, EAST, 9)


def test_copies_tie_and_come_in_the_order_of_their_keys(library: Library, index: SearchIndex) -> None:
    for number in range(24):
        library.add(f"{number}", ["The same herons.", f"filler {number}"])
        index.catch_up(library.collection)  # a commit each: copies lie in many segments
    collection, same = library.collection, embed("The same herons.")
    for ranking, top in (
        (index.words(collection, "same herons", 24), index.words(collection, "same herons", 3)),
        (index.dense(collection, same, 24), index.dense(collection, same, 3)),
    ):
        keys = [key for key, _ in ranking]
        assert len({score for _, score in ranking}) == 1
        assert keys == sorted(keys)
        assert top == ranking[:3]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Müller paid 12,5 €", "muller"),
        ("the ﬁnancial report", "financial"),
        ("COVID-19 vaccines", "covid 19"),
        ("see RFC2119, section 3.5", "rfc2119 3.5"),
        ("infor\u00admation", "information"),
        ("黑豹队的防守只丢了 308分", "防守"),
        ("黑豹队的防守", "豹"),
        ("ผู้เล่นของทีม", "ทีม"),
        ("re\u0301sume\u0301", "résumé"),
        ("digest " + "0123456789abcdef" * 4, "0123456789abcdef" * 4),
        ("to be or not to be", "to be"),
    ],
)
def test_words_are_found_however_they_are_written(
    library: Library, index: SearchIndex, text: str, query: str
) -> None:
    library.add("a", [text])
    library.add("b", ["unrelated matter"])
    assert words(library, index, query) == [text]


@pytest.mark.parametrize(
    "query", ["", "  ", '"herons', "text:herons AND (", "-herons *", "\\ ^2 ~ [a TO b]", "\0"]
)
def test_no_character_of_a_query_has_a_meaning(library: Library, index: SearchIndex, query: str) -> None:
    library.add("a", ["Herons fish."])
    expected = ["Herons fish."] if "herons" in query else []
    assert words(library, index, query) == expected


def test_headings_are_found(library: Library, index: SearchIndex) -> None:
    library.add("a", ["They fish at dusk."], heading="Herons")
    assert words(library, index, "herons") == ["They fish at dusk."]


def test_a_restart_finds_the_same_and_reads_no_document_again(
    library: Library, open_index: OpenIndex
) -> None:
    library.add("a", ["Herons fish.", "Herons sleep."])
    index = open_index()
    before = index.words(library.collection, "herons", 5), index.dense(library.collection, EAST, 5)
    truth = Witness(library.store)
    again = open_index(truth)
    collection = library.collection
    assert (again.words(collection, "herons", 5), again.dense(collection, EAST, 5)) == before
    assert truth.documents_read == 0


def test_an_index_that_is_up_to_date_does_not_read_the_truth(library: Library, open_index: OpenIndex) -> None:
    library.add("a", ["Herons fish."])
    truth = Witness(library.store)
    index = open_index(truth)
    index.catch_up(library.collection)
    collection, read = library.collection, truth.reads
    index.catch_up(collection)
    assert len(index.words(collection, "herons", 5)) == len(index.dense(collection, EAST, 5)) == 1
    assert truth.reads == read > 0


def test_rebuilding_gives_the_same_rankings(library: Library, index: SearchIndex) -> None:
    for number in range(12):
        library.add(f"{number}", [f"heron {number} of {number % 7}", "a repeated heron"])
        index.catch_up(library.collection)
    collection = library.collection
    before = index.words(collection, "heron 3", 30), index.dense(collection, EAST, 30)
    index.rebuild(collection)
    assert (index.words(collection, "heron 3", 30), index.dense(collection, EAST, 30)) == before


def test_another_embedder_takes_over_for_every_reader(library: Library, open_index: OpenIndex) -> None:
    library.add("a", ["Herons fish.", "The tide turns."])
    library.add("b", ["Herons sleep."])
    index, reader = open_index(), open_index()
    reader.catch_up(library.collection)
    other = HashEmbedder("other", 2 * DIMENSION)
    reindex(library.store, index, NAME, other, lambda done, total: None)
    collection = library.collection
    assert (collection.embedder, collection.dimension) == ("other", 2 * DIMENSION)
    for one in (index, reader, open_index()):
        found = one.dense(collection, other.embed_query("The tide turns."), 3)
        assert library.texts(found)[0] == "The tide turns."
        assert len(found) == 3
        assert one.verify(collection) is None


def test_vectors_that_cannot_be_of_the_embedder_are_refused(library: Library, index: SearchIndex) -> None:
    library.add("a", ["Herons fish."])
    with pytest.raises(EmbedderMismatch, match="reindex"):
        index.dense(library.collection, np.ones(DIMENSION + 1, np.float32), 5)
    with pytest.raises(UsageError):
        index.dense(library.collection, np.full(DIMENSION, np.nan, np.float32), 5)


def test_views_of_another_collection_with_the_same_id_are_not_used(
    library: Library, open_index: OpenIndex
) -> None:
    library.add("a", ["Herons fish."])
    old = library.collection
    open_index().catch_up(old)
    library.store.delete_collection(NAME)  # and the process died before it dropped the views
    new = library.store.create_collection(NAME, EMBEDDER, DIMENSION)
    reused = Collection(old.id, new.name, EMBEDDER, DIMENSION, new.revision, new.created_at)
    index = open_index()
    assert index.words(reused, "herons", 5) == index.dense(reused, EAST, 5) == ()


def test_a_dropped_collection_leaves_nothing(library: Library, index: SearchIndex) -> None:
    library.add("a", ["Herons fish."])
    collection = library.collection
    assert index.collection_ids() == frozenset()
    index.catch_up(collection)
    assert index.collection_ids() == {collection.id}
    index.drop(collection.id)
    index.drop(collection.id)
    assert index.collection_ids() == frozenset()


def test_verifying_an_unknown_collection_says_so(library: Library, index: SearchIndex) -> None:
    gone = library.collection
    library.store.delete_collection(NAME)
    with pytest.raises(NotFoundError):
        index.verify(gone)


def test_a_view_that_missed_a_change_is_found_out(library: Library, open_index: OpenIndex) -> None:
    library.add("a", ["Herons fish."])
    truth = Witness(library.store)
    index = open_index(truth)
    index.catch_up(library.collection)
    truth.deaf = True
    library.add("b", ["Herons sleep."])
    index.catch_up(library.collection)
    truth.deaf = False
    found = index.verify(library.collection)
    assert found is not None
    assert "lacks 1" in found
    index.rebuild(library.collection)
    assert index.verify(library.collection) is None


def test_many_threads_search_while_one_catches_up(library: Library, index: SearchIndex) -> None:
    library.add("first", ["the first heron"])
    index.catch_up(library.collection)
    done = threading.Event()
    failures: list[BaseException] = []

    def search() -> None:
        try:
            while not done.is_set():
                collection = library.collection
                live = collection.revision // 2
                assert len(index.words(collection, "heron", 100)) >= live
                assert len(index.dense(collection, EAST, 100)) >= live
        except BaseException as error:  # noqa: BLE001  (told to the main thread)
            failures.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(15):
        library.add(f"{number}", [f"heron {number}"])
        index.catch_up(library.collection)
    done.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert index.verify(library.collection) is None


def _other_process(where: Where, folder: Path, count: int) -> None:
    library = Library.at(folder)
    index = where.open(folder, library.store)
    for number in range(count):
        library.add(f"theirs {number}", [f"their heron {number}"])
        index.catch_up(library.collection)
    index.close()
    library.store.close()


def test_two_processes_see_each_others_documents(
    library: Library, where: Where, index: SearchIndex, tmp_path: Path
) -> None:
    spawning = multiprocessing.get_context("spawn")
    other = spawning.Process(target=_other_process, args=(where, tmp_path, 12))
    other.start()
    while other.is_alive():
        collection = library.collection
        live = collection.revision // 2
        assert len(index.words(collection, "heron", 100)) >= live
        assert len(index.dense(collection, EAST, 100)) >= live
    other.join()
    assert other.exitcode == 0
    assert len(index.words(library.collection, "their heron", 100)) == 12
    assert index.verify(library.collection) is None


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "delete", "restart", "rebuild"]), st.integers(0, 5), st.integers(0, 9)),
    max_size=14,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS, k=st.integers(1, 12), picked=st.sets(st.integers(0, 5)))
def test_whatever_happened_the_index_ranks_like_brute_force(
    where: Where, steps: list[tuple[str, int, int]], k: int, picked: set[int]
) -> None:
    with TemporaryDirectory() as name:
        library = Library.at(Path(name))
        library.store.create_collection(NAME, EMBEDDER, DIMENSION)
        index = where.open(Path(name), library.store)
        live: dict[int, tuple[int, list[str]]] = {}
        for action, source, content in steps:
            if action == "add":
                texts = [f"word{content % 3} heron {n}" for n in range(content % 4)]
                if live.get(source, (0, None))[1] != texts:
                    live[source] = (library.add(f"{source}", texts, embedded=bool(texts)), texts)
            elif action == "delete" and source in live:
                library.delete(f"{source}")
                del live[source]
            elif action == "restart":
                index.close()
                index = where.open(Path(name), library.store)
            elif action == "rebuild":
                index.rebuild(library.collection)
            index.catch_up(library.collection)
        _assert_ranks_like_brute_force(library, index, live, k, picked)
        index.close()
        library.store.close()


def _assert_ranks_like_brute_force(
    library: Library,
    index: SearchIndex,
    live: dict[int, tuple[int, list[str]]],
    k: int,
    picked: set[int],
) -> None:
    collection = library.collection
    within = {live[source][0] for source in picked if source in live}
    for chosen, allowed in ((within, within), (None, {version for version, _ in live.values()})):
        texts = [text for version, texts in live.values() if version in allowed for text in texts]
        scores = sorted((float(embed(text) @ EAST) for text in texts), reverse=True)
        found = index.dense(collection, EAST, k, chosen)
        assert [score for _, score in found] == pytest.approx(scores[:k], abs=1e-6)
        having = [text for text in texts if "word1" in text]
        assert sorted(library.texts(index.words(collection, "word1", 99, chosen))) == sorted(having)
        assert len(index.words(collection, "word1", k, chosen)) == min(k, len(having))
    assert index.verify(collection) is None
