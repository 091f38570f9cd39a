"""The Evals page: start, follow and compare evaluations, and review questions."""
