"""What OpenAI's chat completions look like when ragapp answers; `doors.http.chat` serves them."""
