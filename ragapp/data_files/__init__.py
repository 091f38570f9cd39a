"""Data files of many rows, stored as Parquet and queried by DuckDB in a confined process."""

MEMORY_LIMITS = ("/proc/self/cgroup", "/sys/fs/cgroup")
"""Files in which DuckDB looks for the machine's limit of memory. It fails when it may not read them."""
