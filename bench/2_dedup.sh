#!/usr/bin/env bash
# Wall time of curate dedup (from nothing: ingest, embed, dedup) against fastdup and
# imagededup on one folder, each at its own defaults.
set -euo pipefail
pictures=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

start=$(date +%s.%N)
./curate --catalog "$work/curate.db" --quiet ingest "$pictures" >"$work/ingest.txt"
./curate --catalog "$work/curate.db" --quiet dedup >"$work/dedup.txt"
ours=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f", b - a }')
echo "dedup: curate $ours s ($(sed -n 2p "$work/dedup.txt"))"

cache=${CURATE_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/curate}
venv=$cache/bench-$(cksum <bench/requirements.txt | cut -d' ' -f1)
for peer in fastdup imagededup; do
	if ! [ -e "$venv-$peer/.complete" ]; then
		if ! { "${PYTHON:-python3}" -m venv "$venv-$peer" &&
			"$venv-$peer/bin/pip" install --quiet --no-cache-dir "$(grep "^$peer==" bench/requirements.txt)" &&
			touch "$venv-$peer/.complete"; } >"build/bench-$peer.log" 2>&1; then
			echo "dedup: $peer skipped: it cannot be installed here (build/bench-$peer.log)"
			continue
		fi
	fi
	if ! theirs=$(cd "$work" && "$venv-$peer/bin/python" "$OLDPWD/bench/peer.py" "$peer" "$(realpath "$pictures")" 2>"$OLDPWD/build/bench-$peer.log" | tail -1); then
		echo "dedup: $peer skipped: it failed (build/bench-$peer.log)"
		continue
	fi
	awk -v p="$peer" -v a="$ours" -v b="$theirs" 'BEGIN { printf "dedup: %s %.2f s: %s takes %.2f times as long as curate\n", p, b, p, b / a }'
done
