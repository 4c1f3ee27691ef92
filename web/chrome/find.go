// Package chrome drives a Chromium, to test the page as a person uses it, by keys and by
// what can be seen, and to take pictures of it.
//
// [Find] looks for a Chromium, [Start] starts it, [Browser.Tab] opens a tab. A tab
// collects what the browser complains of (errors of scripts, refusals of the content
// security policy); see [Tab.Complaints]. Nothing here knows what the pages are about.
package chrome

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// ErrNone says that there is no Chromium, and how to get one.
var ErrNone = errors.New("no Chromium was found: install the package chromium, or name one with CURATE_CHROMIUM")

// names are what Chromium is called where it is installed.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chrome-headless-shell", "headless_shell"}

// Find returns the path of a Chromium: the one that CURATE_CHROMIUM names, else one that
// is installed, else one that another tool keeps in the user's cache.
func Find() (string, error) {
	if path := os.Getenv("CURATE_CHROMIUM"); path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("CURATE_CHROMIUM names no program: %w", err)
		}
		return found, nil
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	if cache, err := os.UserCacheDir(); err == nil {
		for _, pattern := range []string{"ms-playwright/chromium*/chrome-*/*", "puppeteer/chrome*/*/chrome-*/*"} {
			found, _ := filepath.Glob(filepath.Join(cache, pattern))
			if i := slices.IndexFunc(found, isBrowser); i >= 0 {
				return found[i], nil
			}
		}
	}
	return "", ErrNone
}

func isBrowser(path string) bool {
	if !slices.Contains(names, filepath.Base(path)) {
		return false
	}
	_, err := exec.LookPath(path)
	return err == nil
}
