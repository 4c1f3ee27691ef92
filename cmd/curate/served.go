package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/stage"
)

// announcement says in the catalogue's cache that its page is open, and where. Only its
// owner may read it: the address may have a token.
type announcement struct {
	URL string `json:"url"`
	PID int    `json:"pid"` // of the server, which says so too: another one may listen there by now
}

func announcementPath(cache string) string { return filepath.Join(cache, "serve.json") }

// announce leaves word of the page until the returned function is called, which brings back what another page of the same catalogue had
// left. That it cannot be left is no fault.
func announce(cache, url string) (over func()) {
	data, err := json.Marshal(announcement{url, os.Getpid()})
	path := announcementPath(cache)
	before, _ := os.ReadFile(path)
	if err != nil || os.MkdirAll(cache, 0o755) != nil || atomicfile.WriteFile(path, data, 0o600) != nil {
		return func() {}
	}
	return func() {
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, data) {
			return // a later page's
		}
		if before == nil || atomicfile.WriteFile(path, before, 0o600) != nil {
			_ = os.Remove(path)
		}
	}
}

// pageOpen returns the address of the catalogue's page at path, such as duplicates, or "" if none is open.
func pageOpen(ctx context.Context, cache, path string) string {
	data, err := os.ReadFile(announcementPath(cache))
	if err != nil {
		return ""
	}
	var said announcement
	at, err := url.Parse("")
	if json.Unmarshal(data, &said) == nil {
		at, err = url.Parse(said.URL)
	}
	if err != nil || said.PID == 0 || !answers(ctx, *at, said.PID) {
		return ""
	}
	to, err := at.Parse("/" + path)
	if err != nil {
		return ""
	}
	if token := at.Query().Get("token"); token != "" { // the browser has it in a cookie, or not
		q := to.Query()
		q.Set("token", token)
		to.RawQuery = q.Encode()
	}
	return to.String()
}

// answers asks whether the server at an address is the process that has announced it.
func answers(ctx context.Context, at url.URL, pid int) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	token := at.Query().Get("token")
	at.Path, at.RawQuery = "/api/alive", ""
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return false
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	var alive announcement
	return json.NewDecoder(http.MaxBytesReader(nil, answer.Body, 1<<10)).Decode(&alive) == nil && alive.PID == pid
}

// notListening says what to do when an address is taken, by this catalogue's page perhaps.
func notListening(ctx context.Context, env *stage.Env, addr string, err error) error {
	if url := pageOpen(ctx, env.Cache, ""); url != "" && strings.Contains(url, portOf(addr)) {
		return fmt.Errorf("cannot listen on %s: this catalogue's page is open there already: %s", addr, url)
	}
	return fmt.Errorf("cannot listen on %s: %w; another port is chosen with --addr 127.0.0.1:0", addr, err)
}

func portOf(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

// onTerminal tells whether a person reads what is printed.
func (a *app) onTerminal() bool {
	f, ok := a.stdout.w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// self is how to call curate for the same catalogue.
func (a *app) self() string {
	if a.catalog == envOr("CURATE_CATALOG", "curate.db") {
		return "curate"
	}
	return "curate --catalog " + printable(a.catalog)
}
