"""Loaders of evaluation datasets, one module per layout."""
