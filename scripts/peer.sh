#!/usr/bin/env bash
# Prints the seconds that another program takes on a folder: peer.sh NAME FOLDER.
# NAME is one of bench/peer.py. It is installed once, in the user's cache, in the
# version of bench/requirements.txt (czkawka: below). Where it cannot be had or
# fails, peer.sh says so on stderr and exits with 1.
set -euo pipefail

czkawka_version=12.0.2

main() {
	local name=$1 folder=$2 python log=build/bench-$1.log
	mkdir -p build
	cache=${CURATE_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/curate}
	if [ "$name" = czkawka ]; then
		python=${PYTHON:-python3}
		CZKAWKA=$(find_czkawka) || skip "$name" "it cannot be built here (it takes a Rust compiler; $log)"
		export CZKAWKA
	else
		python=$(environment "$name") || skip "$name" "it cannot be installed here ($log)"
	fi
	"$python" bench/peer.py "$name" "$folder" 2>"$log" | tail -1 | grep -E '^[0-9.]+$' || skip "$name" "it failed ($log)"
}

skip() {
	echo "$1 skipped: $2" >&2
	exit 1
}

# environment prints the Python of an environment that has one package, made if need be.
environment() {
	local name=$1 venv
	venv=$cache/bench-$(cksum <bench/requirements.txt | cut -d' ' -f1)-$name
	if ! [ -e "$venv/.complete" ]; then
		{
			"${PYTHON:-python3}" -m venv "$venv" &&
				"$venv/bin/pip" install --quiet --no-cache-dir "$(grep "^$name==" bench/requirements.txt)" &&
				touch "$venv/.complete"
		} >"build/bench-$name.log" 2>&1 || return 1
	fi
	echo "$venv/bin/python"
}

# find_czkawka prints the path of czkawka_cli: the one in $CZKAWKA, or one built with cargo.
find_czkawka() {
	local root=$cache/bench-czkawka-$czkawka_version
	if [ -n "${CZKAWKA:-}" ]; then
		echo "$CZKAWKA"
		return
	fi
	[ -x "$root/bin/czkawka_cli" ] ||
		cargo install czkawka_cli --version "$czkawka_version" --no-default-features --root "$root" >build/bench-czkawka.log 2>&1 ||
		return 1
	echo "$root/bin/czkawka_cli"
}

main "$@"
