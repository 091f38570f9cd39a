"""How often the cache would serve the answer of another question, on pairs that people have judged."""
