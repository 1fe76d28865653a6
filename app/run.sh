#!/usr/bin/env bash
# Installs what is missing, builds Mixscope and starts it on the bundled model.
# usage: bash app/run.sh [ARG…]      arguments go on to the program (mixscope --help lists them)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/app/setup.sh"

install_packages run
build release || exit 1

model=$root/resources/models/tiny-hybrid-13m
bin=$root/build/release/bin
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    echo "There is no display here, so the chat starts in the terminal."
    exec "$bin/mixscope-cli" chat "$model" "$@"
fi
exec "$bin/mixscope" "$model" "$@"
