"""Retrieval: from a query to the best chunks of a collection."""
