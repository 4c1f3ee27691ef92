package web

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// tokenCookie holds the token of a page that is served beyond this machine.
const tokenCookie = "curate_token"

// guard lets through only requests that come from this server's own pages. A page of
// another site that is open in the same browser can send requests here too, under
// a name that it has made point to this machine (DNS rebinding) or blindly (cross-site
// request forgery): the first is told by Host, the second by what browsers say of
// the origin.
func (s *Server) guard(next http.Handler) http.Handler {
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, fromElsewhere)
	}))
	return headers(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.knownHost(r.Host) {
			s.fail(w, r, problem{http.StatusMisdirectedRequest, "This server does not answer to the name " + r.Host,
				"Open it under the address that `curate serve` has printed."})
			return
		}
		if r.Context().Value(strangerKey{}) != nil {
			s.fail(w, r, problem{http.StatusForbidden, "This page belongs to another user of this machine", "Start your own: `curate serve --addr 127.0.0.1:0`."})
			return
		}
		if s.token != "" && !s.admit(w, r) {
			return
		}
		if r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate" {
			s.fail(w, r, fromElsewhere) // as a picture of its page: whatever is asked costs work
			return
		}
		own.Handler(next).ServeHTTP(w, r)
	}))
}

var fromElsewhere = problem{http.StatusForbidden, "This request came from another site", "Open the page itself, and decide there."}

// headers tells browsers to run and load nothing but what this server sends, to
// guess no types, and to tell nobody of the page.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self' blob:; style-src 'self'; script-src 'self'; connect-src 'self'; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// knownHost tells whether a Host header names this server: the address it was told
// to listen on, and on loopback the names of loopback.
func (s *Server) knownHost(host string) bool {
	if slices.Contains(s.hosts, host) {
		return true
	}
	if s.token == "" {
		return false
	}
	// Listening beyond this machine, the server cannot know all names of it; there the
	// token keeps others out. Addresses cannot be made to point elsewhere, nor can localhost.
	name, _, err := net.SplitHostPort(host)
	return err == nil && (net.ParseIP(name) != nil || name == "localhost")
}

// admit lets in who has the token, and keeps it in a cookie, so that it does not
// stay in the address bar.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	if same(r.URL.Query().Get("token"), s.token) && r.Method == http.MethodGet {
		http.SetCookie(w, &http.Cookie{Name: tokenCookie, Value: s.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
		to := url.URL{Path: "/" + strings.TrimLeft(r.URL.Path, "/")} // here, whatever the address says
		query := r.URL.Query()
		query.Del("token")
		to.RawQuery = query.Encode()
		http.Redirect(w, r, to.String(), http.StatusSeeOther)
		return false
	}
	if c, err := r.Cookie(tokenCookie); err == nil && same(c.Value, s.token) {
		return true
	}
	if same(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), s.token) {
		return true
	}
	s.fail(w, r, problem{http.StatusUnauthorized, "This page needs its token", "Open it under the whole address that `curate serve` has printed, with ?token= at its end."})
	return false
}

// same compares in a time that does not tell how much is right.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// hostsOf lists the Host headers that mean the server at addr.
func hostsOf(addr string) []string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return []string{addr}
	}
	out := []string{addr}
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() || host == "localhost" {
		for _, name := range []string{"localhost", "127.0.0.1", "[::1]"} {
			out = append(out, name+":"+port)
		}
	}
	if port == "80" { // which browsers leave out
		for _, whole := range slices.Clone(out) {
			out = append(out, strings.TrimSuffix(whole, ":80"))
		}
	}
	return out
}
