"""Trains and evaluates the entailment model, which says whether a passage supports a claim."""
