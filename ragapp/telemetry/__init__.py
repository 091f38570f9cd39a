"""Logs, metrics and traces. None of them contain questions, texts of documents or secrets."""
