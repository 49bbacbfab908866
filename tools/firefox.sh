#!/bin/sh
# Makes sure that there is a Firefox for the tests that want one: an installed one, else Debian's when root. Without it those tests are skipped.
set -e
for name in firefox-esr firefox; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq || exit 0
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends firefox-esr >/dev/null || true
fi
