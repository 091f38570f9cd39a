"""The evaluation service of a server, which starts, stores and compares evaluations."""
