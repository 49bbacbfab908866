#!/bin/sh
# Makes sure that there is a Chromium for the tests: an installed one, else Debian's when root, else Playwright's own download.
set -e
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0
fi
"${VENV:-.venv}/bin/python" -m playwright install chromium
