"""An HNSW graph over 8-bit codes that finds candidates among many rows; they are then scored exactly.

Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
Navigable Small World graphs" (arXiv 1603.09320). Chosen by measurement: docs/research/indexes.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ragapp.indexes.local.rows import Bitmap
from ragapp.types import Vectors

GRAPH_ROWS = 20_000
"""From this size on, a graph is faster than the exact scan, which takes less than a millisecond below it."""
LINKS = 16
"""Neighbours of a row; twice as many in the lowest layer. 32 find no more and take 128 more bytes a row."""
BUILD_BREADTH = 80
BREADTH = 768
"""Candidates kept during a search. For embedded queries, recall@10 is 0.979 with 256, 0.993 with 512 and
0.995 with 768 at 100,000 chunks, and 0.990 with 640 and 0.992 with 768 at a million."""
TRAINING_ROWS = 50_000
"""Rows from which the range of the codes is computed."""


class HnswGraph:
    """A graph that searches the image made by `build_graph` in place, for example in a mapped file, with
    little copying.
    """

    def __init__(self, image: NDArray[np.uint8]) -> None:
        import faiss  # noqa: PLC0415  commands that do not search start without it

        self._image = image  # FAISS points into it
        reader = faiss.ZeroCopyIOReader(faiss.swig_ptr(image), image.size)  # type: ignore[attr-defined]
        self._index = faiss.read_index(reader, faiss.IO_FLAG_MMAP_IFC)

    def search(self, vector: Vectors, n: int, allowed: Bitmap, share: float) -> NDArray[np.int64]:
        """Approximately the `n` rows of `allowed` with the largest inner product with `vector`, in any order.

        `share` is the part of all rows that is allowed.
        """
        import faiss  # noqa: PLC0415

        parameters = faiss.SearchParametersHNSW(  # type: ignore[attr-defined]  # its stubs do not know it
            sel=faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(allowed)),
            efSearch=int(max(BREADTH, 2 * n) / share),
        )
        _, rows = self._index.search(vector[None], n, params=parameters)
        return np.sort(rows[0][rows[0] >= 0])


def build_graph(vectors: Vectors) -> NDArray[np.uint8]:
    """The image of a graph over `vectors`, shape (n, dimension). A million rows take minutes."""
    import faiss  # noqa: PLC0415

    index = faiss.index_factory(vectors.shape[1], f"HNSW{LINKS},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = BUILD_BREADTH  # type: ignore[attr-defined]
    index.train(vectors[:: max(1, len(vectors) // TRAINING_ROWS)])
    index.add(vectors)
    return np.asarray(faiss.serialize_index(index))
