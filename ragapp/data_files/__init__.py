"""Data files of many rows, stored as Parquet and queried by DuckDB in a confined process."""
