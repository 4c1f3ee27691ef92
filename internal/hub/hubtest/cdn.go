package hubtest

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"time"
)

// CDN returns the handler of the host that large files come from.
func (s *Server) CDN() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.note("cdn", r)
		data, ok := s.blob(strings.TrimPrefix(r.URL.Path, "/"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		if s.NoRange {
			r.Header.Del("Range")
		}
		if s.Spoil {
			data = slices.Clone(data)
			data[len(data)/2] ^= 1
		}
		out := w
		if n := s.nextCut(); n > 0 {
			out = &cutter{ResponseWriter: w, left: n, end: func() {
				if s.Hang {
					<-r.Context().Done()
				}
				panic(http.ErrAbortHandler)
			}}
		}
		http.ServeContent(out, r, "", time.Time{}, bytes.NewReader(data))
	})
}

func (s *Server) blob(etag string) ([]byte, bool) {
	for _, repo := range s.Repos {
		for _, name := range repo.Large {
			if repo.etag(name) == etag {
				return repo.Files[name], true
			}
		}
	}
	return nil, false
}

func (s *Server) nextCut() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.Cut) == 0 {
		return 0
	}
	n := s.Cut[0]
	s.Cut = s.Cut[1:]
	return n
}

// cutter lets some bytes of the body through and then calls end.
type cutter struct {
	http.ResponseWriter
	left int
	end  func()
}

func (c *cutter) Write(p []byte) (int, error) {
	if len(p) < c.left {
		c.left -= len(p)
		return c.ResponseWriter.Write(p)
	}
	c.ResponseWriter.Write(p[:c.left])
	if f, ok := c.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
	c.end()
	return 0, http.ErrAbortHandler
}
