package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

func TestPageOpen(t *testing.T) {
	pid := os.Getpid()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/alive" || r.Header.Get("Authorization") != "Bearer secret" {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, `{"pid": %d}`, pid)
	}))
	defer server.Close()
	cache := t.TempDir()
	if got := pageOpen(t.Context(), cache, "duplicates"); got != "" {
		t.Errorf("nobody has announced %q", got)
	}
	over := announce(cache, server.URL+"/?token=secret")
	info, err := os.Stat(announcementPath(cache))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the token: %v (%v)", info.Mode(), err)
	}
	if got, want := pageOpen(t.Context(), cache, "duplicates?kind=similar"), server.URL+"/duplicates?kind=similar&token=secret"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	pid++ // another program listens there by now
	if got := pageOpen(t.Context(), cache, ""); got != "" {
		t.Errorf("of another program: %q", got)
	}
	over()
	if _, err := os.Stat(announcementPath(cache)); !os.IsNotExist(err) {
		t.Errorf("the announcement stays: %v", err)
	}
}

// A second page of one catalogue does not take the first one's word away.
func TestTwoPagesOfOneCatalogue(t *testing.T) {
	cache := t.TempDir()
	left := func() string {
		data, err := os.ReadFile(announcementPath(cache))
		if err != nil {
			return err.Error()
		}
		return string(data)
	}
	first := announce(cache, "http://127.0.0.1:1/")
	second := announce(cache, "http://127.0.0.1:2/")
	if !strings.Contains(left(), ":2/") {
		t.Error(left())
	}
	second()
	if !strings.Contains(left(), ":1/") {
		t.Errorf("the first page is still open: %s", left())
	}
	second = announce(cache, "http://127.0.0.1:2/")
	first()
	if !strings.Contains(left(), ":2/") {
		t.Errorf("the second page is still open: %s", left())
	}
	second()
}

func TestAfterDedupOnATerminal(t *testing.T) {
	r := stage.DedupResult{Kind: catalog.CopyPair, Clusters: 3}
	if got := reviewAt(r, "http://127.0.0.1:8420/duplicates", "curate"); !strings.Contains(got, "http://127.0.0.1:8420/duplicates") {
		t.Error(got)
	}
	if got := reviewAt(r, "", "curate --catalog x.db"); !strings.Contains(got, "`curate --catalog x.db serve --open`") {
		t.Error(got)
	}
}
