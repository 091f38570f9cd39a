"""Indexes in files on this machine: FAISS for vectors, tantivy for keywords."""
