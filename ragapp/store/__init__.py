"""The database: documents, their texts, chunks and vectors in SQL, and their bytes as blobs."""
