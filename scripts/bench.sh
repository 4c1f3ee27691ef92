#!/usr/bin/env bash
# Runs every benchmark script of bench/, in order of name.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob
found=0
for script in bench/*.sh; do
	found=1
	echo "== $script"
	bash "$script"
done
[ "$found" = 1 ] || echo "bench/ holds no script"
