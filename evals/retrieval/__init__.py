"""Scores search: a corpus through the real ingest, queries through the real search, trec_eval's metrics."""
