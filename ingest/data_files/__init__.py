"""Data files of many rows: stored as Parquet, and described in a text that search finds."""
