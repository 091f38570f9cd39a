"""Where the cache's entries are kept: an SQLite file, or a Redis or Valkey server."""
