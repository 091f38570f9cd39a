"""The truth: documents, their text, chunks and vectors in SQL; their bytes as files named by sha256."""
