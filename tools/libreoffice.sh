#!/bin/sh
# Makes sure that there is a LibreOffice for the tests that convert office files: an installed one, else Debian's when root. Without it they skip.
set -e
command -v soffice >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libreoffice-impress libreoffice-writer \
        fonts-liberation fonts-dejavu-core fonts-crosextra-carlito fonts-crosextra-caladea >/dev/null && exit 0
fi
echo "LibreOffice is not installed: the tests that convert office files will be skipped" >&2
