package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Canonical is the form in which the path of a file or folder is stored: absolute, cleaned, the links of its folder resolved (and its own,
// if it is a folder). What does not exist any more is resolved as far as it does.
func Canonical(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if strings.ContainsRune(abs, 0) {
		return "", fmt.Errorf("path %q has a zero byte in it", abs)
	}
	if info, err := os.Stat(abs); err == nil && info.IsDir() {
		return filepath.EvalSymlinks(abs)
	}
	dir, base := filepath.Split(abs)
	if base == "" {
		return abs, nil
	}
	real, err := filepath.EvalSymlinks(filepath.Clean(dir))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) { // the latter: a member of an archive
		real, err = Canonical(filepath.Clean(dir))
	}
	if err != nil {
		return "", err
	}
	return filepath.Join(real, base), nil
}

// osReason is the error without the path that the caller names anyway.
func osReason(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// View turns stored paths into paths to print and back, seen from one folder.
type View struct{ base string }

// NewView is the view from folder (the working folder when empty).
func NewView(folder string) (View, error) {
	if folder == "" {
		folder = "."
	}
	base, err := Canonical(folder)
	return View{base}, err
}

// Show prints a stored path: relative when it lies beneath the view's folder, else absolute. URLs are as they are. The result is never
// taken for a flag.
func (v View) Show(path string) string {
	prefix := v.base
	if !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	rel, beneath := strings.CutPrefix(path, prefix)
	switch {
	case path == v.base:
		return "."
	case !beneath || rel == "":
		return path
	case strings.HasPrefix(rel, "-") || isURL(rel):
		return "./" + rel
	}
	return rel
}

// Stored is every stored form that a printed path may mean, most likely first.
func (v View) Stored(arg string) []string {
	var out []string
	if isURL(arg) {
		out = append(out, arg)
	}
	abs := arg
	if !filepath.IsAbs(arg) {
		abs = filepath.Join(v.base, arg)
	}
	abs = filepath.Clean(abs)
	out = append(out, abs)
	if real, err := Canonical(abs); err == nil && real != abs {
		out = append(out, real)
	}
	return out
}

func isURL(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	if !ok || scheme == "" {
		return false
	}
	return !strings.ContainsFunc(scheme, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '+' && r != '-' && r != '.'
	})
}

// beneath is the half-open range of the stored paths that lie under path by its boundary: from path/ to path0, since 0 follows the slash.
// It is a comparison of bytes, so that names in any encoding are safe.
func beneath(path string) (from, to string) {
	path = strings.TrimSuffix(path, "/")
	return path + "/", path + "0"
}

// atOrBeneath is the condition that location l is at path or beneath it, with its arguments. The first two comparisons are one range of the
// index on paths, in order; the others leave out what only begins alike ("/a/b-c" lies between "/a/b" and "/a/b/").
func atOrBeneath(path string) (condition string, args []any) {
	path = strings.TrimSuffix(path, "/")
	from, to := beneath(path)
	return "l.path >= ? AND l.path < ? AND (l.path = ? OR l.path >= ?)", []any{path, to, path, from}
}
