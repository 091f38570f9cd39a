"""From a question and its passages to an answer in the documents' own words, step by step.

`question` (understand) → `candidates` and `scoring` (read) → `decision` (decide) → `composition` (compose).
"""
