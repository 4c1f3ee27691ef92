// Package hub is a client of the Hugging Face Hub: it brings files of a
// repository into the Hub's own standard cache, so that curate and every Python
// program that uses huggingface_hub share one copy.
//
// FromEnv makes a Client from the variables people already set (HF_ENDPOINT,
// HF_TOKEN, HF_TOKEN_PATH, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE). Snapshot is
// the usual call: the files of one revision that the caller wants, as a folder.
// A download that broke off goes on where it stopped, is checked against the
// hash that the Hub names, and appears in the cache whole or not at all. The
// token is sent to the endpoint only, never to where it redirects.
//
// It does not upload, and does not speak the Xet protocol: the plain HTTP form
// of every file is served too, and that is what is read.
//
// Source of the protocol and the cache layout: huggingface_hub, file_download.py
// and _snapshot_download.py, version 2.4; conformance/hub.py holds this client
// against it.
package hub

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/curate/curate/internal/progress"
)

// DefaultEndpoint is where the public Hub is.
const DefaultEndpoint = "https://huggingface.co"

// Client reads from one Hub into one cache. Its methods may be called from any
// goroutine; processes that share a cache wait for each other file by file.
type Client struct {
	Endpoint string // without a slash at the end
	Token    string // "" for none
	Cache    string // the folder that holds models--ORG--NAME
	Offline  bool   // look only into the cache
	Progress *progress.Reporter

	http  *http.Client
	retry time.Duration // pause before another try of a broken download
	stall time.Duration // how long a download may stand still before it counts as broken
}

// New returns a client without a token.
func New(endpoint, cache string) *Client {
	return &Client{
		Endpoint: strings.TrimRight(endpoint, "/"),
		Cache:    cache,
		http: &http.Client{
			Transport:     transport(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		retry: time.Second,
		stall: 30 * time.Second,
	}
}

// transport gives up on a silent server, but never on a slow big file.
func transport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = 30 * time.Second
	t.DisableCompression = true // sizes and hashes are those of the file itself
	return t
}

// FromEnv returns the client that the environment describes.
func FromEnv() (*Client, error) {
	hfHome, err := hfHome()
	if err != nil {
		return nil, err
	}
	cache := firstEnv("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")
	if cache == "" {
		cache = filepath.Join(hfHome, "hub")
	}
	endpoint := firstEnv("HF_ENDPOINT")
	if endpoint == "" {
		endpoint = DefaultEndpoint
	}
	if !strings.HasPrefix(endpoint, "http://") && !strings.HasPrefix(endpoint, "https://") {
		return nil, fmt.Errorf("HF_ENDPOINT is %q: want an address that begins with https:// or http://", endpoint)
	}
	c := New(endpoint, expand(cache))
	c.Token = token(hfHome)
	c.Offline = isTrue(firstEnv("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
	return c, nil
}

func hfHome() (string, error) {
	if dir := firstEnv("HF_HOME"); dir != "" {
		return expand(dir), nil
	}
	if dir := firstEnv("XDG_CACHE_HOME"); dir != "" {
		return filepath.Join(expand(dir), "huggingface"), nil
	}
	user, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no folder for the Hub's cache: set HF_HOME to one, or HOME")
	}
	return filepath.Join(user, ".cache", "huggingface"), nil
}

// token is $HF_TOKEN, else what `hf auth login` has stored. Line breaks that
// come along when a token is pasted are dropped, as the official client does.
func token(hfHome string) string {
	text := firstEnv("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
	if text == "" {
		path := firstEnv("HF_TOKEN_PATH")
		if path == "" {
			path = filepath.Join(hfHome, "token")
		}
		data, err := os.ReadFile(expand(path))
		if err != nil {
			return ""
		}
		text = string(data)
	}
	return strings.TrimSpace(strings.NewReplacer("\r", "", "\n", "").Replace(text))
}

func firstEnv(names ...string) string {
	for _, name := range names {
		if v := os.Getenv(name); v != "" {
			return v
		}
	}
	return ""
}

func isTrue(v string) bool {
	switch strings.ToUpper(v) {
	case "1", "ON", "YES", "TRUE":
		return true
	}
	return false
}

// expand resolves $VARIABLES and a leading ~ as the official client does.
func expand(path string) string {
	path = os.ExpandEnv(path)
	if path == "~" || strings.HasPrefix(path, "~/") {
		if user, err := os.UserHomeDir(); err == nil {
			return filepath.Join(user, path[1:])
		}
	}
	return path
}
