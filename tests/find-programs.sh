#!/bin/sh
# Some tests need programs that pip does not bring: find them, or install them where that takes no question.
missing=""
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
    missing="chromium"                                                # drives the web page
command -v tesseract >/dev/null || missing="$missing tesseract-ocr"   # reads pictures of text
[ -z "$missing" ] && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null
else
    echo "Not found:$missing. Tests that need them are skipped (Debian: sudo apt-get install$missing)." >&2
fi
