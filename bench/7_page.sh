#!/usr/bin/env bash
# The review page over a generated catalogue of N images (100,000): what each page and
# each decision takes on the server's side. The pictures of the other topics are not used.
set -euo pipefail
"${GO:-go}" run ./bench/page -n "${N:-100000}"
