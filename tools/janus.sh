#!/bin/sh
# What the comparison with Janus needs, below $1: the load instrument's C part, a libsrtp built on OpenSSL, and Janus itself (Debian's packages, when root).
# Debian builds libsrtp on NSS, whose SHA-1 is slow: a Janus that is worth beating uses the same version on OpenSSL, from Debian's own source package.
set -e
out=$1
here=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)
needed="gcc libc6-dev libsrtp2-dev libssl-dev zlib1g-dev janus"
missing=
for package in $needed; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    else
        echo "Missing:$missing. On Debian, as root: apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
fi
if [ ! -e "$out/libsfuload.so" ] || [ "$here/bench/loadgen/engine.c" -nt "$out/libsfuload.so" ]; then
    gcc -O2 -shared -fPIC -o "$out/libsfuload.so" "$here/bench/loadgen/engine.c" -lsrtp2 -lcrypto -lz -lpthread -lm
fi
if [ ! -e "$out/floor" ] || [ "$here/bench/loadgen/floor.c" -nt "$out/floor" ]; then
    gcc -O2 -o "$out/floor" "$here/bench/loadgen/floor.c" -lsrtp2
fi
if [ ! -e "$out/libloshim.so" ] || [ "$here/bench/loadgen/loshim.c" -nt "$out/libloshim.so" ]; then
    gcc -O2 -shared -fPIC -o "$out/libloshim.so" "$here/bench/loadgen/loshim.c" -ldl
fi
[ -e "$out/tuned/libsrtp2.so.1" ] && exit 0

untuned() {
    echo "janus: only the untuned one is at hand ($1)" >&2
    exit 0
}
command -v apt-get >/dev/null || untuned "no apt-get"
source="$out/source"
rm -rf "$source"
mkdir -p "$source"
if ! (cd "$source" && apt-get source -qq --download-only libsrtp2 >/dev/null 2>&1); then
    [ "$(id -u)" = 0 ] || untuned "source packages are not enabled, and only root can enable them"
    # The machine's own mirrors, for sources: in both forms that Debian writes them in.
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -e "$file" ] || continue
        case $file in */sala-src.sources) continue ;; esac
        sed 's/^Types:.*/Types: deb-src/' "$file"
        echo
    done >/etc/apt/sources.list.d/sala-src.sources
    [ -e /etc/apt/sources.list ] && sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >/etc/apt/sources.list.d/sala-src.list
    apt-get update -qq
    (cd "$source" && apt-get source -qq --download-only libsrtp2 >/dev/null 2>&1) || untuned "no source package"
fi
(
    cd "$source"
    # Unpacked by hand: dpkg-dev is not needed for more than this.
    tar xf libsrtp2_*.orig.tar.*
    cd libsrtp-*/
    ./configure --enable-openssl >configure.log 2>&1
    make -s CFLAGS="-O2 -fPIC" shared_library >make.log 2>&1
    mkdir -p "$out/tuned"
    cp libsrtp2.so.1 "$out/tuned/libsrtp2.so.1"
) || untuned "libsrtp did not build, see $source"
rm -rf "$source"
