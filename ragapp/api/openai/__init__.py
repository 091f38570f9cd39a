"""OpenAI-compatible chat completions: requests, responses and schemas. `ragapp.api.http.chat` serves them."""
