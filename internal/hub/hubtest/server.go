// Package hubtest is a stand-in for the Hugging Face Hub that speaks the part of
// its protocol by which files are fetched, for tests and for conformance/hub.py,
// which proves it with the official client. Large files are served from another
// host, as the Hub does, so that a token which strays there is seen.
package hubtest

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"sync"
)

// Repo is one model repository with a single commit on "main".
type Repo struct {
	ID      string
	Files   map[string][]byte // "/" between folders
	Large   []string          // the files stored as LFS blobs
	License string
	Gated   bool     // only for visitors with the token
	Private bool     // not even visible without the token
	Tags    []string // other names of the commit
	Was     string   // the ID it had before it was renamed
}

// Commit is the hash that stands for the repository's only commit.
func (r Repo) Commit() string {
	h := sha1.New()
	for _, name := range r.names() {
		fmt.Fprintf(h, "%s %s\n", name, r.etag(name))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (r Repo) names() []string {
	var names []string
	for name := range r.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// etag is the SHA-256 of a large file and git's blob hash of a small one.
func (r Repo) etag(name string) string {
	data := r.Files[name]
	if r.large(name) {
		return fmt.Sprintf("%x", sha256.Sum256(data))
	}
	return gitHash(data)
}

func gitHash(data []byte) string {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", len(data))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}

func (r Repo) large(name string) bool { return slices.Contains(r.Large, name) }

// Server serves repositories. Hub and CDN are its two hosts; CDNURL must be set
// before the first request. The other fields make it misbehave.
type Server struct {
	Repos  []Repo
	Token  string // the one token that is accepted
	CDNURL string // where CDN is reached, without a slash at the end

	Cut     []int // the n-th answer of the CDN breaks off after so many bytes; 0 = whole
	Hang    bool  // such an answer does not break off, but nothing more comes
	NoRange bool  // the CDN ignores Range
	Spoil   bool  // the CDN sends a changed byte
	Down    bool  // the Hub answers 503

	mu   sync.Mutex
	seen []Request
}

// Request is what the server remembers of one request.
type Request struct {
	Host          string // "hub" or "cdn"
	Method, Path  string
	Authorization string
	Range         string
}

// Seen returns the requests so far.
func (s *Server) Seen() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func (s *Server) note(host string, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, Request{host, r.Method, r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Range")})
}
