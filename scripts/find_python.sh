#!/bin/sh
# Prints the path of a working Python: find_python.sh 3.10 (exactly) or find_python.sh 3.11+ (that or newer).
# Looks for commands first, then in pyenv's versions, then asks uv; else says what to install.
set -u
wanted=${1%+}
case $1 in *+) candidates="3.11 3.12 3.13" ;; *) candidates=$wanted ;; esac

works() { # path version: a pyenv shim may exist and still fail, so it must really run
    [ "$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$2" ]
}

for version in $candidates; do
    path=$(command -v "python$version" 2>/dev/null) && works "$path" "$version" && { echo "$path"; exit 0; }
    for path in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python; do
        works "$path" "$version" && { echo "$path"; exit 0; }
    done
done
for version in $candidates; do
    path=$(.tools/bin/uv python find "$version" 2>/dev/null) && works "$path" "$version" && { echo "$path"; exit 0; }
done
.tools/bin/uv python install "$wanted" >/dev/null 2>&1 &&
    path=$(.tools/bin/uv python find "$wanted" 2>/dev/null) && { echo "$path"; exit 0; }

echo "Python $1 was not found: not as a command, not in pyenv, and uv could not fetch it." >&2
echo "Install it, for example: apt install python$wanted python$wanted-venv, or: pyenv install $wanted" >&2
exit 1
