#!/bin/sh
# Finds a Python that Lungfield runs on and hands over to prepare.py.
# Usage: prepare.sh app|web|test|xcb     (PYTHON=… names the Python to take)
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

# suits PYTHON LIMIT: is it at least 3.11, and below 3.LIMIT? A name that isn't there doesn't suit either.
suits() {
    "$1" -I -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, $2))" >/dev/null 2>&1
}

if [ -n "${PYTHON:-}" ]; then
    suits "$PYTHON" 100 && exec "$PYTHON" -EsB "$here/prepare.py" "$@"
    echo "PYTHON=$PYTHON is not a Python 3.11 or later." >&2
    exit 1
fi

# The one that .venv was made with, then what there is. The pinned versions have builds for 3.11 to 3.14: a newer
# Python is the last resort.
for limit in 15 100; do
    for name in "$here/../.venv/bin/python" python3 python3.13 python3.12 python3.11 python3.14 python; do
        suits "$name" "$limit" && exec "$name" -EsB "$here/prepare.py" "$@"
    done
done

found=$(python3 -c 'import platform; print("; python3 is " + platform.python_version())' 2>/dev/null || true)
echo "Lungfield needs Python 3.11 or later, and none was found$found." >&2
echo "Install one (Debian 12, Ubuntu 24.04 or newer: apt-get install python3 python3-venv)," >&2
echo "or name it: make ... PYTHON=/path/to/python3.12" >&2
exit 1
