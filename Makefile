# What people and CI run. Needs Go, a C compiler, make, and pip or npm.
# Nothing but ./curate, build/, demo/ and runs/ is written into the repository.
GO      ?= go
ORT     ?= cpu
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
PYTHON  ?= python3

STATICCHECK := v0.8.2
LINTER := build/staticcheck-$(STATICCHECK)/staticcheck
# Packages with goroutines of their own, tested once more under the race detector. Those that compute much are
# left out: it makes them ten times slower (internal/imageio: five minutes, dedup/check: one), and counts memory that
# they do not take. Of internal/stage, which takes four minutes, one test of each stage with goroutines is chosen.
RACE := ./internal/progress ./internal/hub ./internal/ort ./catalog/... ./embed/... ./train ./dedup
RACE_STAGE := TestCheckLooks|TestIngestGoesOn|TestIngestIsDeterministic|TestEmbedGoesOn|TestDedupRemoves|TestTrainEvaluatePredict|TestReplaced

.PHONY: help build setup demo test lint bench conformance clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

build: ## build ./curate
	$(GO) build -ldflags '-X main.version=$(VERSION)' -o curate ./cmd/curate

setup: build ## build, then bring the runtime library and the standard encoder (ORT=gpu: the CUDA build)
	@./curate setup $(if $(filter gpu,$(ORT)),--gpu)

demo: setup ## the main job on pictures that curate draws itself
	./curate demo

lint: $(LINTER) ## gofmt, go vet, staticcheck
	@files=$$(gofmt -l .); test -z "$$files" || { echo "run gofmt -w on:"; echo "$$files"; exit 1; }
	$(GO) vet ./...
	$(LINTER) ./...

$(LINTER):
	GOBIN=$(CURDIR)/$(@D) $(GO) install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK)

test: setup lint ## set up, lint, and all tests; ends with a summary
	@GO='$(GO)' RACE='$(RACE)' RACE_STAGE='$(RACE_STAGE)' bash scripts/test.sh

bench: setup ## the benchmarks of bench/ (PICTURES=FOLDER, else the demo's pictures)
	@GO='$(GO)' PYTHON='$(PYTHON)' PICTURES='$(PICTURES)' bash scripts/bench.sh

conformance: setup ## hold curate against the programs it replaces (makes a Python environment)
	@PYTHON='$(PYTHON)' bash scripts/conformance.sh

clean: ## remove what was built
	rm -rf curate build
