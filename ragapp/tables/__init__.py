"""What the tables of documents mean: `read_table` gives cells their value, unit, scale, row and column."""

from ragapp.tables.reading import read_table

__all__ = ["read_table"]
