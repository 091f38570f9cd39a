"""Scripts that find, or check, the constants in `ragapp/answering` on public data."""
