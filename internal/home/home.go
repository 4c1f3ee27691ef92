// Package home knows the one folder that curate keeps for itself: the runtime
// library and the imported encoders lie there. It may be deleted at any time;
// `make setup` (or `curate setup`) brings it back.
package home

import (
	"errors"
	"os"
	"path/filepath"
)

// Dir returns $CURATE_HOME, or the folder curate in the user's cache folder
// ($XDG_CACHE_HOME or ~/.cache on Linux, ~/Library/Caches on macOS). It creates
// nothing.
func Dir() (string, error) {
	if dir := os.Getenv("CURATE_HOME"); dir != "" {
		return filepath.Abs(dir)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", errors.New("no folder for curate's own files: set CURATE_HOME to one, or HOME")
	}
	return filepath.Join(cache, "curate"), nil
}
