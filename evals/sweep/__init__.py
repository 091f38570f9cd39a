"""Tries a grid of settings on public sets: how good, how fast, how much memory."""
