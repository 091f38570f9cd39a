"""Scripts that find, or check, the constants in `ragapp/answer` on public data."""
