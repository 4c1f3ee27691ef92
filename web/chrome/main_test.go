package chrome_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/curate/curate/web/chrome"
)

// browser is the one that all tests use; nil where there is none, and why says so.
var (
	browser *chrome.Browser
	why     error
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	path, err := chrome.Find()
	if err == nil {
		browser, err = chrome.Start(context.Background(), path)
	}
	switch {
	case err == nil:
		defer browser.Close()
	case errors.Is(err, chrome.ErrNone):
		why = err
	default:
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}
