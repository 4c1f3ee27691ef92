#!/usr/bin/env bash
# Training speed against PyTorch, in the environment of `make conformance`.
set -euo pipefail
bash scripts/conformance.sh bench/train.py
