#!/bin/sh
# Makes the virtual environment $2 with the interpreter $1; asks for nothing.
set -e
python=$1 venv=$2
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Sala needs Python 3.11 or newer; '$python' is $("$python" --version 2>&1). Name another: make PYTHON=python3.12 $3" >&2
    exit 1
}
[ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1 && exit 0
rm -rf "$venv"
"$python" -m venv "$venv" 2>/dev/null && exit 0
# Debian and Ubuntu keep ensurepip in a package of its own.
rm -rf "$venv"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    "$python" -m venv "$venv"
else
    echo "'$python -m venv' does not work here. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2
    exit 1
fi
