"""Paired significance tests, confidence intervals, and the gate that uses them."""
