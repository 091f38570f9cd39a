"""Parsers: one module per family of formats. `registry` chooses the parser from the bytes."""
