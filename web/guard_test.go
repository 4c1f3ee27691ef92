package web

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestGuardRefusesOtherHosts(t *testing.T) {
	x := newSite(t, "a.jpg")
	for host, want := range map[string]int{
		testHost: 200, "localhost:8420": 200, "[::1]:8420": 200,
		"evil.example": 421, "evil.example:8420": 421, "127.0.0.1:9999": 421, "127.0.0.1.evil.example:8420": 421, "": 421,
	} {
		x.host = host
		if got, _ := x.get("/api/status"); got != want {
			t.Errorf("Host %q: %d, want %d", host, got, want)
		}
	}
}

func TestGuardRefusesOtherOrigins(t *testing.T) {
	x := newSite(t, "a.jpg")
	for name, c := range map[string]struct {
		header, value, kind string
		want                int
	}{
		"its own page":           {"Origin", "http://" + testHost, "application/json", 409}, // nothing to undo
		"a script without pages": {"", "", "application/json", 409},
		"another site":           {"Origin", "https://evil.example", "application/json", 403},
		"another site's fetch":   {"Sec-Fetch-Site", "cross-site", "application/json", 403},
		"another port":           {"Origin", "http://127.0.0.1:1", "application/json", 403},
		"a form":                 {"", "", "application/x-www-form-urlencoded", 415},
		"a form in plain text":   {"", "", "text/plain", 415},
	} {
		r := httptest.NewRequest(http.MethodPost, "/api/undo", strings.NewReader(`{"step": 0}`))
		r.Header.Set("Content-Type", c.kind)
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		if got, text := x.do(r); got != c.want {
			t.Errorf("%s: %d %s, want %d", name, got, text, c.want)
		}
	}
}

// A page of another site may lead here, but not have this server work for a picture of its own.
func TestGuardRefusesToWorkForOtherSites(t *testing.T) {
	x := newSite(t, "a.jpg")
	for mode, want := range map[string]int{"navigate": 200, "no-cors": 403, "cors": 403} {
		r := httptest.NewRequest(http.MethodGet, "/search?q=a", nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Sec-Fetch-Mode", mode)
		if got, _ := x.do(r); got != want {
			t.Errorf("%s: %d, want %d", mode, got, want)
		}
	}
}

func TestBrowsersLeaveOutPort80(t *testing.T) {
	got := hostsOf("127.0.0.1:80")
	for _, want := range []string{"127.0.0.1", "127.0.0.1:80", "localhost", "[::1]"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not among %v", want, got)
		}
	}
	if got := hostsOf("127.0.0.1:8420"); slices.Contains(got, "127.0.0.1") {
		t.Errorf("a name without its port is among %v", got)
	}
}

func TestTokenBeyondThisMachine(t *testing.T) {
	x := newSite(t, "a.jpg")
	x.s.token, x.host = "secret", "192.0.2.7:8420"
	if got, _ := x.get("/"); got != http.StatusUnauthorized {
		t.Errorf("without a token: %d", got)
	}
	if got, _ := x.get("/?token=guess"); got != http.StatusUnauthorized {
		t.Errorf("with another token: %d", got)
	}
	r := httptest.NewRequest(http.MethodGet, "/?token=secret", nil)
	r.Host = x.host
	w := httptest.NewRecorder()
	x.h.ServeHTTP(w, r)
	cookies := w.Result().Cookies()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" || len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode {
		t.Fatalf("with the token: %d %v %v", w.Code, w.Header(), cookies)
	}
	for from, want := range map[string]string{"/duplicates?kind=similar&token=secret": "/duplicates?kind=similar", "//evil.example/?token=secret": "/evil.example/"} {
		r := httptest.NewRequest(http.MethodGet, from, nil)
		r.Host = x.host
		w := httptest.NewRecorder()
		x.h.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != want {
			t.Errorf("%s leads to %q, want %q", from, got, want)
		}
	}
	r = httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(cookies[0])
	if got, _ := x.do(r); got != http.StatusOK {
		t.Errorf("with the cookie: %d", got)
	}
	r = httptest.NewRequest(http.MethodGet, "/api/status", nil)
	r.Header.Set("Authorization", "Bearer secret")
	if got, _ := x.do(r); got != http.StatusOK {
		t.Errorf("a script with the token: %d", got)
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	x := newSite(t, "a.jpg")
	for _, path := range []string{"/", "/nothing", "/api/nothing", "/image/1", "/static/0/page.js"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = testHost
		w := httptest.NewRecorder()
		x.h.ServeHTTP(w, r)
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, w.Header())
		}
	}
}
