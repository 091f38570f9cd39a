"""Answers from the cells of tables: what a question asks, which cells it means, what is computed."""
