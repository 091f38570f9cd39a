"""Evaluates search on ingested corpora with the metrics of trec_eval."""
