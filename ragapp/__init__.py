"""Answers from your own documents, every sentence tied to the exact characters that support it."""

__version__ = "0.2.0"
