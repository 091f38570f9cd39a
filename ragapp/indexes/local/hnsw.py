"""A short cut through many rows: an HNSW graph over 8-bit codes finds candidates, to be scored exactly.

Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
Navigable Small World graphs" (arXiv 1603.09320). Chosen by measurement: docs/index-files.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ragapp.indexes.local.rows import Bitmap
from ragapp.types import Vectors

GRAPH_ROWS = 20_000
"""From here on a graph beats the exact scan; below, the scan takes less than a millisecond."""
LINKS = 16
"""A row's neighbours; twice as many in the lowest layer. 32 find no more and take 128 bytes more a row."""
BUILD_BREADTH = 80
BREADTH = 768
"""Rows kept in sight during a search: for embedded queries recall@10 is .979 with 256, .993 with 512 and .995
with 768 at 100,000 chunks; .990 with 640 and .992 with 768 at a million."""
TRAINING_ROWS = 50_000
"""Rows that the range of the codes is taken from."""


class HnswGraph:
    """Reads the image of `build` where it lies, mapped from a file: little of it is copied."""

    def __init__(self, image: NDArray[np.uint8]) -> None:
        import faiss  # noqa: PLC0415  a command that searches nothing starts without it

        self._image = image  # FAISS points into it
        reader = faiss.ZeroCopyIOReader(faiss.swig_ptr(image), image.size)  # type: ignore[attr-defined]
        self._index = faiss.read_index(reader, faiss.IO_FLAG_MMAP_IFC)

    def search(self, vector: Vectors, n: int, allowed: Bitmap, share: float) -> NDArray[np.int64]:
        """About the `n` rows of `allowed`, a `share` of all, with the largest inner product; any order."""
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
