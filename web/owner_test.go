package web

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"
)

const tableHead = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

func TestOwnerIn(t *testing.T) {
	table := tableHead + `   0: 0100007F:20E4 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0
   1: 0100007F:20E4 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0 20 4 30 10 -1
   2: 0100007F:D431 0100007F:20E4 01 00000000:00000000 00:00000000 00000000  1001        0 3 1 0 20 4 30 10 -1
   3: 0000000000000000FFFF00000100007F:D432 0000000000000000FFFF00000100007F:20E4 01 00000000:00000000 00:00000000 00000000  1002        0 4
   4: 00000000000000000000000001000000:D433 00000000000000000000000001000000:20E4 01 00000000:00000000 00:00000000 00000000  1003        0 5
   5: 0100007F:D434 0100007F:20E4 05 00000000:00000000 00:00000000 00000000     0        0 0 1 0
  odd
`
	for from, want := range map[string]int{"127.0.0.1:54321": 1001, "127.0.0.1:54322": 1002, "[::1]:54323": 1003, "127.0.0.1:54324": nobody} {
		to := "127.0.0.1:8420"
		if strings.HasPrefix(from, "[") {
			to = "[::1]:8420"
		}
		if got, known := ownerIn(strings.NewReader(table), netip.MustParseAddrPort(from), netip.MustParseAddrPort(to)); !known || got != want {
			t.Errorf("%s: %d %t, want %d", from, got, known, want)
		}
	}
	if _, known := ownerIn(strings.NewReader(table), netip.MustParseAddrPort("127.0.0.1:9"), netip.MustParseAddrPort("127.0.0.1:8420")); known {
		t.Error("a connection that is not there has an owner")
	}
}

func FuzzKernelAddr(f *testing.F) {
	f.Add("0100007F:20E4")
	f.Add("00000000000000000000000001000000:D433")
	f.Fuzz(func(t *testing.T, text string) {
		if a, ok := kernelAddr(text); ok && !a.IsValid() {
			t.Errorf("%q is taken for %v", text, a)
		}
	})
}

// On a real connection: this test's own user is let in, and another is not.
func TestOtherUsersAreRefused(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells whose a connection is")
	}
	x := newSite(t, "a.jpg")
	ask := func() int {
		server := httptest.NewUnstartedServer(x.h)
		server.Config.ConnContext = x.s.ConnContext
		x.s.hosts = []string{server.Listener.Addr().String()}
		server.Start()
		defer server.Close()
		r, err := server.Client().Get(server.URL + "/api/alive")
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return r.StatusCode
	}
	if got := ask(); got != http.StatusOK {
		t.Errorf("the user whose server it is: %d", got)
	}
	x.s.users = []int{os.Getuid() + 1}
	if got := ask(); got != http.StatusForbidden {
		t.Errorf("another user: %d", got)
	}
	x.s.token = "secret"
	if got := ask(); got != http.StatusUnauthorized {
		t.Errorf("with a token it is that which counts: %d", got)
	}
	if _, known := ownerOf(&net.UnixAddr{Name: "x"}, &net.UnixAddr{Name: "y"}); known {
		t.Error("a socket that is no network has an owner")
	}
}

// Who sends a request and is gone at once cannot be told from others: it is refused.
func TestWhoIsGoneIsNobody(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells whose a connection is")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, linger := range []int{-1, 0} { // closed in peace, and reset
		client, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(client.(*net.TCPConn).SetLinger(linger), client.Close()); err != nil {
			t.Fatal(err)
		}
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if uid, known := ownerOf(server.RemoteAddr(), server.LocalAddr()); !known || uid != nobody {
			t.Errorf("linger %d: user %d, known: %t", linger, uid, known)
		}
		server.Close()
	}
}
