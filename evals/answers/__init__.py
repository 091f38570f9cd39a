"""Evaluates answers: their wording, refusals and citations."""
