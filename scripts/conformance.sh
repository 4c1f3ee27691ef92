#!/usr/bin/env bash
# Holds curate against the programs it replaces: makes a Python environment with
# the pinned packages of conformance/requirements.txt, once, in the user's cache,
# and runs each conformance/*.py. With arguments, only the scripts named.
set -euo pipefail

main() {
	cd "$(dirname "$0")/.."
	local python=${PYTHON:-python3} cache=${CURATE_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/curate}
	mkdir -p build
	export ORT_DISABLE_TELEMETRY=1 HF_HUB_DISABLE_TELEMETRY=1 DO_NOT_TRACK=1

	# One environment a list of packages: a changed list makes a new one.
	local venv=${CURATE_CONFORMANCE_VENV:-$cache/conformance-$(cksum <conformance/requirements.txt | cut -d' ' -f1)}
	[ -n "${CURATE_CONFORMANCE_VENV:-}" ] || [ -e "$venv/.complete" ] || make_environment "$python" "$venv"

	[ $# -gt 0 ] || set -- conformance/*.py
	local passed=0 failed=0 script start
	for script in "$@"; do
		echo "== $script"
		start=$SECONDS
		if CURATE="$PWD/curate" "$venv/bin/python" "$script" 2>&1 | tee "build/$(basename "$script").log"; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			echo "FAILED: $script"
		fi
		echo "   $((SECONDS - start)) s"
	done
	echo "conformance: $passed passed, $failed failed"
	[ "$failed" = 0 ]
}

make_environment() {
	echo "making the Python environment $2 (some minutes, once)"
	"$1" -m venv "$2"
	"$2/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check -r conformance/requirements.txt
	touch "$2/.complete"
}

main "$@"
