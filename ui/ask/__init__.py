"""The page that asks: question, evidence, answer, and the words that support it."""
