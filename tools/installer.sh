#!/bin/sh
# Kijun @VERSION@ with everything it needs, for Linux @ARCH@ and Python @PYTHON@. Uses no network.
# The archive of wheels starts right after the last line of this script.
set -eu

lines=@LINES@
sha256=@SHA256@
id=@VERSION@-$(printf '%.12s' "$sha256")

usage() {
    cat <<USAGE
Kijun @VERSION@ for Linux @ARCH@, Python @PYTHON@

usage: sh $0 [--prefix FOLDER] [--python PROGRAM]   install
       sh $0 --check                                verify that this file is whole
       sh $0 --extract FOLDER                       unpack the wheels only
       sh $0 --help

  --prefix FOLDER   where to install (default: KIJUN_APP, or ~/.local/share/kijun-app)
  --python PROGRAM  a Python @PYTHON@ (default: python@PYTHON@ or python3)

Afterwards FOLDER/bin/kijun is the command. Data is not touched; it lives in KIJUN_HOME.
USAGE
}

fail() {
    printf '%s\n' "kijun: $*" >&2
    exit 1
}

payload() { tail -n "+$((lines + 1))" "$0"; }

check() {
    [ "$(payload | sha256sum | cut -d' ' -f1)" = "$sha256" ] ||
        fail "this file is damaged; copy it again. ファイルが壊れています。もう一度コピーしてください。"
}

is_right() { "$1" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "@PYTHON@")' 2>/dev/null; }

find_python() {
    for candidate in "$python" "python@PYTHON@" python3; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 && is_right "$candidate"; then
            python=$candidate
            return
        fi
        if [ -n "$python" ]; then break; fi
    done
    fail "this file needs Python @PYTHON@ (with the module venv), which was not found.
  Name it with --python /path/to/python@PYTHON@, or take the file made for your version of Python:
  '$(command -v python3 || echo python3) --version' says which it is."
}

check_machine() {
    [ "$(uname -sm)" = "Linux @ARCH@" ] || fail "this file is for Linux on @ARCH@; this machine is $(uname -sm)"
    least=@GLIBC@
    have=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/.* //')
    if [ -n "$least" ] && [ "$(printf '%s\n' "$least" "$have" | sort -V | head -n 1)" != "$least" ]; then
        fail "this file needs glibc $least or newer; this machine has ${have:-another C library}"
    fi
}

# Each version gets a folder of its own; bin/kijun changes over when the new one is complete.
install() {
    app=$prefix/versions/$id
    mkdir -p -- "$prefix/versions" "$prefix/bin"
    if [ ! -f "$app/complete" ]; then
        scratch=$(mktemp -d)
        trap 'rm -rf -- "$scratch"' EXIT
        trap 'exit 130' INT
        trap 'exit 143' TERM
        payload | tar -xzf - -C "$scratch"
        rm -rf -- "$app"
        "$python" -m venv --without-pip "$app" || fail "$python has no module venv; on Debian: apt install python@PYTHON@-venv"
        # pip runs out of its own wheel; no index, no configuration, no home folder is asked.
        unset PYTHONPATH PYTHONHOME
        PIP_CONFIG_FILE=/dev/null PIP_NO_INDEX=1 PIP_USER=0 "$app/bin/python" "$(echo "$scratch"/wheels/pip-*.whl)/pip" \
            install --quiet --no-index --no-cache-dir --find-links "$scratch/wheels" "kijun==@VERSION@" pip ||
            fail "the installation failed; nothing was changed for the version in use"
        "$app/bin/kijun" version >/dev/null
        : >"$app/complete"
    fi
    ln -sfn "../versions/$id/bin/kijun" "$prefix/bin/kijun.new"
    mv -f -- "$prefix/bin/kijun.new" "$prefix/bin/kijun"
    cat <<DONE
Kijun @VERSION@ is installed. インストールが終わりました。
  $prefix/bin/kijun serve            start / 起動
  $prefix/bin/kijun serve --sample   start with a sample town / 見本の自治体で起動
DONE
}

prefix=${KIJUN_APP:-}
python=
while [ $# -gt 0 ]; do
    case $1 in
        --prefix | --python | --extract)
            [ $# -ge 2 ] || fail "$1 needs a value"
            ;;
    esac
    case $1 in
        --prefix) prefix=$2 && shift ;;
        --python) python=$2 && shift ;;
        --extract)
            check
            mkdir -p -- "$2"
            payload | tar -xzf - -C "$2"
            exit
            ;;
        --check)
            check
            echo "whole: $sha256"
            exit
            ;;
        -h | --help)
            usage
            exit
            ;;
        *)
            usage >&2
            fail "there is no option '$1'"
            ;;
    esac
    shift
done

prefix=${prefix:-${XDG_DATA_HOME:-$HOME/.local/share}/kijun-app}
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
check_machine
check
find_python
install
exit
