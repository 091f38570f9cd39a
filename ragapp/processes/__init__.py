"""Processes and threads: starting child processes safely, cancelling work and shutting down."""
