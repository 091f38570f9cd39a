"""Evaluates a grid of settings on several datasets: quality, latency and memory."""
