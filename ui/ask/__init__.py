"""The Ask page: the question, the evidence, the answer and its citations."""
