#!/usr/bin/env bash
# Runs every test, then those with goroutines of their own under the race
# detector, and ends with "N passed, N failed, N skipped". The full output is in
# build/test.log; what failed or was skipped is shown with its reason.
set -uo pipefail
cd "$(dirname "$0")/.."
mkdir -p build
log=build/test.log
go=${GO:-go}

# Setup came before: a test that finds no runtime library or no encoder fails. Only
# pip has a package of the encoder, so that without pip its tests are skipped.
export CURATE_TEST_REQUIRE="runtime"
if pip --version || pip3 --version || python3 -m pip --version; then CURATE_TEST_REQUIRE+=" encoder"; fi >/dev/null 2>&1

bash scripts/chromium.sh
# axe-core knows many more rules of accessibility than the tests themselves do.
axe=build/axe-core-4.14.1
if [ ! -f "$axe/package/axe.min.js" ] && command -v npm >/dev/null; then
	mkdir -p "$axe" && (cd "$axe" && npm pack --silent axe-core@4.14.1 && tar xzf axe-core-*.tgz package/axe.min.js) >/dev/null 2>&1
fi
if [ -f "$axe/package/axe.min.js" ]; then export CURATE_AXE="$PWD/$axe/package/axe.min.js"; else echo "axe-core: none, npm cannot bring it: only the tests' own rules are tried"; fi

status=0
{
	"$go" test -v -timeout 9m ./... || status=1
	existing=()
	for package in ${RACE:-}; do
		[ -d "${package%/...}" ] && existing+=("$package")
	done
	echo "# under the race detector: ${existing[*]}"
	"$go" test -v -race -short -timeout 9m "${existing[@]}" || status=1
	[ -z "${RACE_STAGE:-}" ] || "$go" test -v -race -short -timeout 9m -run "$RACE_STAGE" ./internal/stage || status=1
	echo "# status $status"
} 2>&1 | tee "$log" | awk -f scripts/summary.awk

grep -q '^# status 0$' "$log" || { echo "tests failed; the full output is in $log"; exit 1; }
