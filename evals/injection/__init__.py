"""Attacks that stand in documents: brought in, asked about, and what of them reached the reader."""
