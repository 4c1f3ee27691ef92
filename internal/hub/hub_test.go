package hub

import (
	"bytes"
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/curate/curate/internal/hub/hubtest"
)

var weights = bytes.Repeat([]byte("0123456789abcdef"), 20_000)

func vitRepo() hubtest.Repo {
	return hubtest.Repo{
		ID: "org/vit", License: "apache-2.0", Tags: []string{"v1", "refs/pr/1"}, Was: "org/old-name",
		Files: map[string][]byte{
			"config.json":       []byte(`{"model_type":"vit"}`),
			"model.safetensors": weights,
			"sub/notes.txt":     []byte("in a folder"),
		},
		Large: []string{"model.safetensors"},
	}
}

// start serves the repositories on two loopback hosts and returns a client with
// a cache of its own.
func start(t *testing.T, s *hubtest.Server) *Client {
	t.Helper()
	cdn := httptest.NewServer(s.CDN())
	t.Cleanup(cdn.Close)
	s.CDNURL = cdn.URL
	hub := httptest.NewServer(s.Hub())
	t.Cleanup(hub.Close)
	c := New(hub.URL+"/", t.TempDir())
	c.retry = time.Millisecond
	return c
}

func everything(files []string) []string { return files }

func snapshot(t *testing.T, c *Client, id string) (Snapshot, error) {
	t.Helper()
	r, err := ParseRepo(id)
	if err != nil {
		t.Fatal(err)
	}
	return c.Snapshot(context.Background(), r, everything)
}

func TestSnapshotLaysOutTheStandardCache(t *testing.T) {
	s := &hubtest.Server{Repos: []hubtest.Repo{vitRepo()}}
	c := start(t, s)
	snap, err := snapshot(t, c, "org/vit")
	if err != nil {
		t.Fatal(err)
	}
	repo := vitRepo()
	root := filepath.Join(c.Cache, "models--org--vit")
	if want := filepath.Join(root, "snapshots", repo.Commit()); snap.Folder != want || snap.License != "apache-2.0" {
		t.Errorf("snapshot %+v, want folder %s", snap, want)
	}
	for name, data := range repo.Files {
		path := filepath.Join(snap.Folder, name)
		got, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		target, err := os.Readlink(path)
		if err != nil || filepath.IsAbs(target) || filepath.Base(filepath.Dir(filepath.Join(filepath.Dir(path), target))) != "blobs" {
			t.Errorf("%s is a link to %q, %v; want a relative one into blobs", name, target, err)
		}
	}
	ref, err := os.ReadFile(filepath.Join(root, "refs", "main"))
	if err != nil || string(ref) != repo.Commit() {
		t.Errorf("refs/main holds %q, %v", ref, err)
	}
}

func TestSecondTimeAsksOnlyForTheCommit(t *testing.T) {
	s := &hubtest.Server{Repos: []hubtest.Repo{vitRepo()}}
	c := start(t, s)
	if _, err := snapshot(t, c, "org/vit"); err != nil {
		t.Fatal(err)
	}
	before := len(s.Seen())
	if _, err := snapshot(t, c, "org/vit"); err != nil {
		t.Fatal(err)
	}
	if again := s.Seen()[before:]; len(again) != 1 || !strings.Contains(again[0].Path, "/revision/main") {
		t.Errorf("a second snapshot made the requests %v", again)
	}
}

func TestRevisions(t *testing.T) {
	s := &hubtest.Server{Repos: []hubtest.Repo{vitRepo()}}
	c := start(t, s)
	for _, id := range []string{"org/vit@v1", "org/vit@refs/pr/1", "org/vit@" + vitRepo().Commit(), "org/old-name"} {
		snap, err := snapshot(t, c, id)
		if err != nil || snap.Commit != vitRepo().Commit() {
			t.Errorf("%s: %+v, %v", id, snap, err)
		}
	}
	if _, err := snapshot(t, c, "org/vit@nope"); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), `no revision "nope"`) {
		t.Errorf("unknown revision: %v", err)
	}
}

func TestTokenStaysAtTheEndpoint(t *testing.T) {
	repo := vitRepo()
	repo.Gated = true
	s := &hubtest.Server{Repos: []hubtest.Repo{repo}, Token: "hf_secret"}
	c := start(t, s)
	c.Token = "hf_secret"
	if _, err := snapshot(t, c, "org/vit"); err != nil {
		t.Fatal(err)
	}
	var toCDN int
	for _, r := range s.Seen() {
		if r.Host == "cdn" {
			toCDN++
			if r.Authorization != "" {
				t.Errorf("the token went to the other host with %s %s", r.Method, r.Path)
			}
		} else if r.Authorization != "Bearer hf_secret" {
			t.Errorf("%s %s came without the token", r.Method, r.Path)
		}
	}
	if toCDN == 0 {
		t.Error("nothing was fetched from the other host, so the test shows nothing")
	}
}

func TestBrokenDownloadsGoOn(t *testing.T) {
	s := &hubtest.Server{Repos: []hubtest.Repo{vitRepo()}, Cut: []int{100_000, 50_000}}
	c := start(t, s)
	snap, err := snapshot(t, c, "org/vit")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(snap.Folder, "model.safetensors"))
	if err != nil || !bytes.Equal(got, weights) {
		t.Errorf("the file is not whole: %d bytes, %v", len(got), err)
	}
	var ranges []string
	for _, r := range s.Seen() {
		if r.Host == "cdn" {
			ranges = append(ranges, r.Range)
		}
	}
	if want := []string{"", "bytes=100000-", "bytes=150000-"}; !slices.Equal(ranges, want) {
		t.Errorf("asked for %q, want %q", ranges, want)
	}
}

func TestStandstillCountsAsBroken(t *testing.T) {
	s := &hubtest.Server{Repos: []hubtest.Repo{vitRepo()}, Cut: []int{100_000}, Hang: true}
	c := start(t, s)
	c.stall = 100 * time.Millisecond
	snap, err := snapshot(t, c, "org/vit")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(snap.Folder, "model.safetensors"))
	if err != nil || !bytes.Equal(got, weights) {
		t.Errorf("the file is not whole: %d bytes, %v", len(got), err)
	}
	if !slices.ContainsFunc(s.Seen(), func(r hubtest.Request) bool { return r.Range == "bytes=100000-" }) {
		t.Errorf("the download did not go on where it stood still: %v", s.Seen())
	}
}

func TestNextRunGoesOnFromThePart(t *testing.T) {
	s := &hubtest.Server{Repos: []hubtest.Repo{vitRepo()}}
	c := start(t, s)
	ctx, cancel := context.WithCancel(context.Background())
	s.Cut = []int{100_000}
	c.retry = time.Hour // the first run is interrupted while it waits to try again
	go func() {
		for !slices.ContainsFunc(s.Seen(), func(r hubtest.Request) bool { return r.Host == "cdn" }) {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(20 * time.Millisecond)
		cancel()
	}()
	r, _ := ParseRepo("org/vit")
	if _, err := c.Snapshot(ctx, r, everything); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted run: %v", err)
	}
	if _, err := snapshot(t, c, "org/vit"); err != nil {
		t.Fatal(err)
	}
	seen := s.Seen()
	if last := seen[len(seen)-1]; !slices.ContainsFunc(seen, func(r hubtest.Request) bool { return r.Range == "bytes=100000-" }) {
		t.Errorf("the second run did not go on from the part; last request %+v", last)
	}
}

func TestServerWithoutRanges(t *testing.T) {
	s := &hubtest.Server{Repos: []hubtest.Repo{vitRepo()}, Cut: []int{100_000}, NoRange: true}
	c := start(t, s)
	snap, err := snapshot(t, c, "org/vit")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(snap.Folder, "model.safetensors"))
	if err != nil || !bytes.Equal(got, weights) {
		t.Errorf("the file is not whole: %d bytes, %v", len(got), err)
	}
}

func TestGivesUpWhenNothingComes(t *testing.T) {
	s := &hubtest.Server{Repos: []hubtest.Repo{vitRepo()}}
	c := start(t, s)
	s.CDNURL = "http://127.0.0.1:1" // nobody listens there
	if _, err := snapshot(t, c, "org/vit"); err == nil || !strings.Contains(err.Error(), "does not go on") {
		t.Errorf("got %v", err)
	}
}

func TestSpoiltContentIsRefused(t *testing.T) {
	s := &hubtest.Server{Repos: []hubtest.Repo{vitRepo()}, Spoil: true}
	c := start(t, s)
	if _, err := snapshot(t, c, "org/vit"); err == nil || !strings.Contains(err.Error(), "not the file the Hub names") {
		t.Fatalf("got %v", err)
	}
	left, err := filepath.Glob(filepath.Join(c.Cache, "models--org--vit", "blobs", "*safetensors*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left in the cache: %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(c.snapshotFolder(Repo{ID: "org/vit"}, vitRepo().Commit()), "model.safetensors")); err == nil {
		t.Error("the spoilt file has a name in the snapshot")
	}
}

func TestErrorsInPlainWords(t *testing.T) {
	gated, private := vitRepo(), vitRepo()
	gated.ID, gated.Gated = "org/gated", true
	private.ID, private.Private = "org/private", true
	s := &hubtest.Server{Repos: []hubtest.Repo{gated, private}, Token: "right"}
	for _, c := range []struct {
		id, token, want string
		cause           error
	}{
		{"org/gated", "", "accept its terms at", ErrNoAccess},
		{"org/gated", "wrong", "accept its terms at", ErrNoAccess},
		{"org/private", "", "a visitor without a token", ErrNotFound},
		{"org/nothing", "", "no such repository", ErrNotFound},
		{"org/nothing", "right", "the owner of this token", ErrNotFound},
	} {
		client := start(t, s)
		client.Token = c.token
		_, err := snapshot(t, client, c.id)
		if !errors.Is(err, c.cause) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with token %q: %v; want %q", c.id, c.token, err, c.want)
		}
		if err != nil && c.token != "" && strings.Contains(err.Error(), c.token) {
			t.Errorf("the error shows the token: %v", err)
		}
	}
}

func TestOffline(t *testing.T) {
	s := &hubtest.Server{Repos: []hubtest.Repo{vitRepo()}}
	c := start(t, s)
	c.Offline = true
	if _, err := snapshot(t, c, "org/vit"); !errors.Is(err, ErrNotCached) || !strings.Contains(err.Error(), "HF_HUB_OFFLINE") {
		t.Errorf("empty cache: %v", err)
	}
	c.Offline = false
	online, err := snapshot(t, c, "org/vit")
	if err != nil {
		t.Fatal(err)
	}
	c.Offline = true
	before := len(s.Seen())
	offline, err := snapshot(t, c, "org/vit")
	if err != nil || offline.Folder != online.Folder || !slices.Equal(offline.Files, online.Files) {
		t.Errorf("offline %+v, %v; online %+v", offline, err, online)
	}
	if len(s.Seen()) != before {
		t.Error("the Hub was asked although HF_HUB_OFFLINE is set")
	}
}

func TestHubDownUsesTheCache(t *testing.T) {
	s := &hubtest.Server{Repos: []hubtest.Repo{vitRepo()}}
	c := start(t, s)
	if _, err := snapshot(t, c, "org/vit"); err != nil {
		t.Fatal(err)
	}
	s.Down = true
	if _, err := snapshot(t, c, "org/vit"); err != nil {
		t.Errorf("with a copy in the cache: %v", err)
	}
	if _, err := snapshot(t, c, "org/other"); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("without one: %v", err)
	}
}

func TestManyAtOnceFetchOnce(t *testing.T) {
	s := &hubtest.Server{Repos: []hubtest.Repo{vitRepo()}}
	c := start(t, s)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if _, err := snapshot(t, c, "org/vit"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	fetched := 0
	for _, r := range s.Seen() {
		if r.Host == "cdn" {
			fetched++
		}
	}
	if fetched != 1 {
		t.Errorf("the weights were fetched %d times", fetched)
	}
}

func TestUnsafeNamesStayOutside(t *testing.T) {
	repo := vitRepo()
	repo.Files["../../escape"] = []byte("x")
	c := start(t, &hubtest.Server{Repos: []hubtest.Repo{repo}})
	if _, err := snapshot(t, c, "org/vit"); err == nil || !strings.Contains(err.Error(), "unsafe name") {
		t.Errorf("got %v", err)
	}
}

func TestParseRepo(t *testing.T) {
	for text, want := range map[string]Repo{
		"google/vit-base-patch16-224": {"google/vit-base-patch16-224", "main"},
		"gpt2":                        {"gpt2", "main"},
		"a/b@refs/pr/3":               {"a/b", "refs/pr/3"},
	} {
		if got, err := ParseRepo(text); err != nil || got != want {
			t.Errorf("ParseRepo(%q) = %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "a/b/c", "../x", "a/..", "a--b/c", "a/b@", "a/b@../x", "a/b@/abs", "a b/c", "a/" + strings.Repeat("x", 100)} {
		if got, err := ParseRepo(text); err == nil {
			t.Errorf("ParseRepo(%q) = %+v, want an error", text, got)
		}
	}
}

func TestFromEnv(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HF_ENDPOINT", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "XDG_CACHE_HOME", "HF_HOME"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", home)
	c, err := FromEnv()
	if err != nil || c.Endpoint != DefaultEndpoint || c.Cache != filepath.Join(home, ".cache", "huggingface", "hub") || c.Token != "" || c.Offline {
		t.Errorf("empty environment: %+v, %v", c, err)
	}
	t.Setenv("HF_HOME", "~/hf")
	if err := os.MkdirAll(filepath.Join(home, "hf"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "hf", "token"), []byte("hf_stored\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HF_ENDPOINT", "http://localhost:1/")
	t.Setenv("HF_HUB_OFFLINE", "yes")
	c, err = FromEnv()
	if err != nil || c.Endpoint != "http://localhost:1" || c.Cache != filepath.Join(home, "hf", "hub") || c.Token != "hf_stored" || !c.Offline {
		t.Errorf("full environment: %+v, %v", c, err)
	}
	t.Setenv("HF_ENDPOINT", "huggingface.co")
	if _, err := FromEnv(); err == nil || !strings.Contains(err.Error(), "https://") {
		t.Errorf("endpoint without a scheme: %v", err)
	}
}
