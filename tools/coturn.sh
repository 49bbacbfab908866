#!/bin/sh
# Makes sure that there is a TURN server for the test of relays: an installed coturn, else Debian's when root. Without it that test skips.
set -e
command -v turnserver >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends coturn nftables >/dev/null && exit 0
fi
echo "coturn is not installed: the test of TURN servers will be skipped" >&2
