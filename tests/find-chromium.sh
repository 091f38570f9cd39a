#!/bin/sh
# The browser tests drive Chromium: find it, or install it where that takes no question.
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
else
    echo "No Chromium found: install it (Debian: apt-get install chromium), or the browser tests are skipped." >&2
fi
