#!/usr/bin/env bash
# Drives the program by a script (see support/drive.py) in a display of a given size. SIZE in the
# script becomes that size, FOLDER the program's home for what it writes. The program starts as on a
# new machine, without settings and conversations, or with those in $DRIVE_HOME if set. Screenshots
# go to the current folder.
# usage: drive.sh SCRIPT SIZE PROGRAM [OPTION…]
set -euo pipefail
script=$1
size=$2
shift 2
if [ -z "${DRIVE_HOME:-}" ]; then
    DRIVE_HOME=$(mktemp -d)
    trap 'rm -rf "$DRIVE_HOME"' EXIT
fi
export XDG_CONFIG_HOME=$DRIVE_HOME/config XDG_DATA_HOME=$DRIVE_HOME/data
driver=$(dirname "$0")/../support/drive.py
sed "s#SIZE#$size#g; s#FOLDER#$DRIVE_HOME#g" "$script" | /usr/bin/python3 "$driver" --size "$size" --seconds 360 -- "$@"
