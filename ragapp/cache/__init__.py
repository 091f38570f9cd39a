"""The answer cache: when a cached answer may be served. `ragapp.cache_stores` has the storage."""
