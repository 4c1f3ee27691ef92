#!/usr/bin/env bash
# Runs bench/*.sh in order of name, or those named, on the pictures in $PICTURES
# (else those that the demo drew), and says at the end which failed.
set -euo pipefail

main() {
	cd "$(dirname "$0")/.."
	mkdir -p build
	local pictures=${PICTURES:-demo/raw} failed=0 script
	if ! [ -d "$pictures" ]; then
		echo "bench: there are no pictures in $pictures: name a folder (make bench PICTURES=FOLDER), or run make demo first" >&2
		exit 1
	fi
	[ $# -gt 0 ] || set -- bench/*.sh
	[ -e "$1" ] || { echo "bench: there is nothing to run: no $1" >&2; exit 1; }
	echo "$(nproc 2>/dev/null || sysctl -n hw.ncpu) processors, pictures: $pictures, $(./curate version)"
	for script in "$@"; do
		echo "== $script"
		bash "$script" "$pictures" || { failed=1; echo "FAILED: $script"; }
	done
	[ "$failed" = 0 ]
}

main "$@"
