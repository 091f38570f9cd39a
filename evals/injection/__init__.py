"""Evaluates prompt injections in documents: which attacks reach the reader of an answer."""
