#!/usr/bin/env bash
# Brings a Chromium for the tests of the page, with the system's packages, where that can be
# done without asking anybody. Says what it does; that there is none is no failure: the tests
# that need one are skipped, and say so.
set -uo pipefail

for name in "${CURATE_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable chrome-headless-shell; do
	[ -n "$name" ] && command -v "$name" >/dev/null && { echo "Chromium: $(command -v "$name")"; exit 0; }
done
for path in "${XDG_CACHE_HOME:-$HOME/.cache}"/{ms-playwright/chromium*,puppeteer/chrome*/*}/chrome-*/*chrome*; do
	[ -f "$path" ] && [ -x "$path" ] && { echo "Chromium: $path"; exit 0; }
done

as_root=()
if [ "$(id -u)" != 0 ]; then
	if ! sudo -n true 2>/dev/null; then
		echo "Chromium: none, and packages cannot be installed without a password: the tests in a browser are skipped"
		exit 0
	fi
	as_root=(sudo -n)
fi
install() {
	if command -v apt-get >/dev/null; then
		"${as_root[@]}" apt-get update -q && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium
	elif command -v dnf >/dev/null; then
		"${as_root[@]}" dnf install -q -y chromium
	elif command -v apk >/dev/null; then
		"${as_root[@]}" apk add -q chromium
	else
		echo "no package manager that is known here"
		return 1
	fi
}
log=build/chromium.log
mkdir -p build
if install >"$log" 2>&1; then
	echo "Chromium: installed"
else
	echo "Chromium: none, and it could not be installed ($log says why): the tests in a browser are skipped"
fi
