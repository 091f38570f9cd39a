"""The Documents page: upload, progress, list, preview and collections."""
