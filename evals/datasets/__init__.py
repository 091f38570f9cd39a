"""Loaders of public and private evaluation sets, one module a layout."""
