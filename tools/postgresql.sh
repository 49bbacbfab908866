#!/bin/sh
# Makes sure that there is a PostgreSQL for the tests that run on it: an installed one, else Debian's when root. Without it they skip.
set -e
command -v initdb >/dev/null && exit 0
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null && exit 0
fi
echo "PostgreSQL is not installed: the tests that run on it will be skipped" >&2
