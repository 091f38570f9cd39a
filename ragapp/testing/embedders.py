"""The contract of embedders."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from ragapp.protocols import Embedder

PASSAGES = [
    "Net sales rose by 3.5 percent to 32.8 billion dollars in 2018.",
    "Herons fish at dusk.",
    "The harbour was built in 1862 by Ada Thornton, who had come from the north with nothing but a map, "
    "two brothers and the conviction that the river would not silt up again in her lifetime.",
    "Größe, 東京 and 🙂 stand in one sentence.",
    "",
    "A tide turns at noon. " * 12,
]


class EmbedderContract:
    """What every Embedder must do. Subclasses override the fixture `embedder`."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError("Override the fixture `embedder`: it returns what your factory makes.")

    def test_rows_have_unit_length_and_the_stated_dimension(self, embedder: Embedder) -> None:
        vectors = embedder.embed_passages(PASSAGES)
        assert vectors.shape == (len(PASSAGES), embedder.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_a_query_is_one_vector_of_unit_length(self, embedder: Embedder) -> None:
        vector = embedder.embed_query("Who built the harbour?")
        assert vector.shape == (embedder.dimension,)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)

    def test_no_passages_give_no_rows(self, embedder: Embedder) -> None:
        assert embedder.embed_passages([]).shape == (0, embedder.dimension)

    def test_the_vector_of_a_passage_does_not_depend_on_its_batch(self, embedder: Embedder) -> None:
        together = embedder.embed_passages(PASSAGES)
        alone = np.concatenate([embedder.embed_passages([passage]) for passage in PASSAGES])
        np.testing.assert_allclose(together, alone, atol=1e-5)

    def test_the_same_text_always_has_the_same_vector(self, embedder: Embedder) -> None:
        np.testing.assert_array_equal(embedder.embed_passages(PASSAGES), embedder.embed_passages(PASSAGES))

    def test_a_question_is_nearest_to_the_passage_that_answers_it(self, embedder: Embedder) -> None:
        scores = embedder.embed_passages(PASSAGES) @ embedder.embed_query("Who built the harbour?")
        assert scores.argmax() == 2

    def test_a_passage_is_cut_at_max_tokens_and_not_before(self, embedder: Embedder) -> None:
        words = ["tide"] * embedder.max_tokens  # a token each
        whole, longer, shorter = embedder.embed_passages(
            [" ".join(words), " ".join([*words, "heron", "heron"]), " ".join([*words[:-1], "heron"])]
        )
        np.testing.assert_allclose(whole, longer, atol=1e-6)
        assert np.abs(whole - shorter).max() > 1e-4

    @pytest.mark.parametrize(
        "text", [*PASSAGES, "tide " * 3000, "e\u0301 ﬁ\u00a0x\r\n\tＦｕｌｌ", "\x00\ufeff"]
    )
    def test_token_spans_are_ascending_characters_of_the_text(self, embedder: Embedder, text: str) -> None:
        spans = embedder.token_spans(text)
        assert spans.ndim == 2
        assert spans.shape[1] == 2
        assert (spans[:, 0] <= spans[:, 1]).all()
        assert (np.diff(spans[:, 0]) >= 0).all()
        assert not spans.size or (spans[0, 0] >= 0 and spans[-1, 1] <= len(text))

    def test_token_spans_name_the_words_they_came_from(self, embedder: Embedder) -> None:
        text = "Größe: 3.5 % in 東京"
        tokens = [text[start:end] for start, end in embedder.token_spans(text)]
        assert "".join(tokens) == text.replace(" ", "")

    def test_token_spans_are_not_cut_at_max_tokens(self, embedder: Embedder) -> None:
        assert len(embedder.token_spans("tide " * 3000)) == 3000

    def test_threads_may_share_an_embedder(self, embedder: Embedder) -> None:
        expected = embedder.embed_passages(PASSAGES)
        results: list[bool] = []

        def work() -> None:
            same = np.allclose(embedder.embed_passages(PASSAGES), expected, atol=1e-5)
            results.append(same and len(embedder.token_spans(PASSAGES[0])) > 10)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [True] * 4
