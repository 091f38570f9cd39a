"""The groundedness check: whether a claim is supported by quoted text. Lexical: no model is called."""
