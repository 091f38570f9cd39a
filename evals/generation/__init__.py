"""Generates a question set from a user's collection, for the user to review."""
