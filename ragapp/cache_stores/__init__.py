"""Stores of cached answers: an SQLite file, or a Redis or Valkey server."""
