#!/usr/bin/env bash
# Installs what is missing, builds Mixscope and starts it on the bundled model.
# usage: bash app/run.sh [MODEL] [OPTION…]      goes on to the program; --help lists the options
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/app/setup.sh"

install_packages run
# Device code takes minutes to compile: it is left out where no NVIDIA GPU could run it.
if [ -e /dev/nvidia0 ] || [ -e /dev/dxg ]; then cuda=AUTO; else cuda=OFF; fi
build release -DMIXSCOPE_CUDA=$cuda || exit 1

bin=$root/build/release/bin
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    echo "There is no display here, so the chat starts in the terminal."
    case ${1:-} in
        '' | -*) set -- "$root/resources/models/tiny-hybrid-13m" "$@" ;;
    esac
    exec "$bin/mixscope-cli" chat "$@"
fi
exec "$bin/mixscope" "$@" # without a model it opens the bundled one
