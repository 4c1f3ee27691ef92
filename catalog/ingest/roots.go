package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Root is one folder or file that the user asked for.
type Root struct {
	Path    string // in the form in which paths are stored: absolute, links of folders resolved
	Virtual string // as the user named it, cleaned: the start of what a layout looks at
	Folder  bool
}

// Roots checks and sorts the paths that a user named. canonical gives the form in
// which paths are stored. A path that does not exist or cannot be reached is an
// error that names it; one that lies in another is dropped, because it is found
// there.
func Roots(args []string, canonical func(string) (string, error)) ([]Root, error) {
	var roots []Root
	for _, arg := range args {
		root, err := newRoot(arg, canonical)
		if err != nil {
			return nil, err
		}
		roots = append(roots, root)
	}
	sort.SliceStable(roots, func(i, j int) bool { return roots[i].Path < roots[j].Path })
	var kept []Root
	for _, r := range roots {
		if !beneathAny(kept, r.Path) {
			kept = append(kept, r)
		}
	}
	return kept, nil
}

func newRoot(arg string, canonical func(string) (string, error)) (Root, error) {
	info, err := os.Stat(arg)
	switch {
	case arg == "":
		return Root{}, fmt.Errorf("an empty path names nothing")
	case os.IsNotExist(err):
		return Root{}, fmt.Errorf("%s: there is no such file or folder", arg)
	case err != nil:
		return Root{}, fmt.Errorf("%s: %w", arg, reason(err))
	}
	path, err := canonical(arg)
	if err != nil {
		return Root{}, fmt.Errorf("%s: %w", arg, reason(err))
	}
	return Root{Path: path, Virtual: filepath.Clean(arg), Folder: info.IsDir()}, nil
}

func beneathAny(roots []Root, path string) bool {
	for _, r := range roots {
		if beneath(r.Path, path) {
			return true
		}
	}
	return false
}

// beneath tells whether path is folder or lies in it, by whole names.
func beneath(folder, path string) bool {
	if path == folder {
		return true
	}
	return strings.HasPrefix(path, strings.TrimSuffix(folder, string(filepath.Separator))+string(filepath.Separator))
}
