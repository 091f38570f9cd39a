"""The page of evaluations: start, follow, compare, review questions."""
