package layers

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/curate/curate/"

// room is the part of the tree that a package belongs to: its first folder, or
// "internal/stage", or "plumbing" for the rest of internal.
func room(path string) string {
	path = strings.TrimPrefix(path, module)
	first, _, _ := strings.Cut(path, "/")
	switch {
	case first != "internal":
		return first
	case path == "internal/stage" || strings.HasPrefix(path, "internal/stage/"):
		return "stage"
	case path == "internal/layers":
		return "layers"
	}
	return "plumbing"
}

// below lists what each room may import besides itself and the plumbing. Rooms
// that are not listed (bench, conformance) are tools and may import anything.
var below = map[string][]string{
	"plumbing": {},
	"catalog":  {},
	"dedup":    {},
	"embed":    {},
	"train":    {},
	"stage":    {"catalog", "dedup", "embed", "train"},
	"web":      {"stage", "catalog", "dedup", "embed", "train"},
	"cmd":      {"web", "stage", "catalog", "dedup", "embed", "train"},
}

// imports lists the direct imports of every package of the module, without tests.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, line := range golist(t, `{{.ImportPath}} {{join .Imports " "}}`, "./...") {
		fields := strings.Fields(line)
		all[fields[0]] = fields[1:]
	}
	return all
}

func golist(t *testing.T, format string, args ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-e", "-f", format}, args...)...)
	cmd.Dir = filepath.Join("..", "..")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return slices.DeleteFunc(lines, func(s string) bool { return s == "" })
}

func TestImportsGoDown(t *testing.T) {
	for pkg, deps := range imports(t) {
		allowed, listed := below[room(pkg)]
		for _, dep := range deps {
			if !listed || !strings.HasPrefix(dep, module) || room(dep) == room(pkg) || room(dep) == "plumbing" {
				continue
			}
			if !slices.Contains(allowed, room(dep)) {
				t.Errorf("%s imports %s: %s may not import %s", pkg, dep, room(pkg), room(dep))
			}
		}
	}
}

// inner are the rooms inside rooms. What else lies in a room (dedup/internal,
// train/shape) is its own support and may be used by all of it.
var inner = []string{
	"catalog/search", "catalog/ingest", "catalog/crawl", "catalog/generate", "catalog/export",
	"dedup/calibrate", "dedup/check", "dedup/neighbours", "embed/builtin",
	"train/autodiff", "train/metrics", "train/split", "train/audit", "train/report", "train/track",
}

// TestSiblings: a room joins its inner rooms; these never import each other.
func TestSiblings(t *testing.T) {
	for pkg, deps := range imports(t) {
		from := innerRoom(pkg)
		for _, dep := range deps {
			if to := innerRoom(dep); from != "" && to != "" && from != to && room(pkg) == room(dep) {
				t.Errorf("%s imports its sibling %s", pkg, dep)
			}
		}
	}
}

func innerRoom(pkg string) string {
	path := strings.TrimPrefix(pkg, module)
	for _, r := range inner {
		if path == r || strings.HasPrefix(path, r+"/") {
			return r
		}
	}
	return ""
}

func TestOnlyOrtKnowsTheRuntime(t *testing.T) {
	for pkg, deps := range imports(t) {
		if pkg != module+"internal/ort" && slices.Contains(deps, "github.com/yalue/onnxruntime_go") {
			t.Errorf("%s imports onnxruntime_go; only internal/ort may", pkg)
		}
	}
}

func TestNoticeNamesEverythingLinked(t *testing.T) {
	notice, err := os.ReadFile(filepath.Join("..", "..", "NOTICE"))
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(notice))
	modules := golist(t, `{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}`, "-deps", "./cmd/curate")
	slices.Sort(modules)
	for _, m := range slices.Compact(modules) {
		if !slices.Contains(words, m) {
			t.Errorf("NOTICE does not name %s, which the program links", m)
		}
	}
}
