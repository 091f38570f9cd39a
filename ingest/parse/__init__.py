"""Bytes to text: one small module a family of formats, chosen by `registry` from the bytes."""
