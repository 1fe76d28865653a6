#!/usr/bin/env bash
# Drives the program by a script (see support/drive.py) in a display of a given size. SIZE in the
# script becomes that size; screenshots go into the current folder.
# usage: drive.sh SCRIPT SIZE PROGRAM [OPTION…]
set -euo pipefail
script=$1
size=$2
shift 2
driver=$(dirname "$0")/../support/drive.py
sed "s/SIZE/$size/g" "$script" | /usr/bin/python3 "$driver" --size "$size" --seconds 240 -- "$@"
