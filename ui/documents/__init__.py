"""The page of documents: upload, progress, list, preview, collections."""
