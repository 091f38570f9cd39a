"""Scores answers: what they say, what they refuse, and what they cite."""
