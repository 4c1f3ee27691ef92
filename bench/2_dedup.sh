#!/usr/bin/env bash
# Wall time of curate from nothing (ingest and dedup) in two qualities against the
# whole runs of fastdup, imagededup and czkawka on one folder, each at its defaults,
# taken in turns; with ROUNDS=N the least of N. Peers that cannot be had are skipped.
set -euo pipefail
pictures=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

note() { # NAME SECONDS: keeps the least
	if ! [ -e "$work/$1.s" ] || awk -v a="$2" -v b="$(cat "$work/$1.s")" 'BEGIN { exit !(a < b) }'; then echo "$2" >"$work/$1.s"; fi
}

curate() { # QUALITY: notes its seconds, and those of ingest alone
	rm -rf "$work/catalog"
	mkdir "$work/catalog"
	local start middle
	start=$(date +%s.%N)
	./curate --catalog "$work/catalog/curate.db" --quiet ingest "$pictures" >/dev/null
	middle=$(date +%s.%N)
	./curate --catalog "$work/catalog/curate.db" --quiet dedup --quality "$1" >"$work/$1.txt"
	note "$1" "$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f", b - a }')"
	note ingest "$(awk -v a="$start" -v b="$middle" 'BEGIN { printf "%.2f", b - a }')"
}

peers="fastdup imagededup czkawka"
for _ in $(seq "${ROUNDS:-1}"); do
	for quality in fast balanced; do curate "$quality"; done
	for peer in $peers; do
		if took=$(bash scripts/peer.sh "$peer" "$pictures"); then note "$peer" "$took"; else peers=${peers/$peer/}; fi
	done
done

for quality in fast balanced; do
	echo "dedup: curate $quality $(cat "$work/$quality.s") s ($(grep -m1 ' px' "$work/$quality.txt" || true))"
done
compare() { # OURS PEER [GOAL]
	[ -e "$work/$2.s" ] || return 0
	awk -v n="$1" -v p="$2" -v a="$(cat "$work/$1.s")" -v b="$(cat "$work/$2.s")" -v goal="${3:-}" \
		'BEGIN { printf "dedup: %s takes %.2f times the %.2f s of %s%s\n", n, a / b, b, p, goal ? " (goal: at most " goal ")" : "" }'
}
compare fast fastdup 0.8
compare balanced fastdup 1.3
compare fast imagededup
compare ingest czkawka 0.6
