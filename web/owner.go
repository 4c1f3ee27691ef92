package web

import (
	"bufio"
	"context"
	"encoding/hex"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A page on loopback has no token: whoever is on this machine could open it. Linux tells
// which user a connection on this machine belongs to (proc_net(5)), so that of several
// users of a machine none gets to see another's pictures. Elsewhere that cannot be told.

// strangerKey marks the context of a connection of another user.
type strangerKey struct{}

// ConnContext is for http.Server: it notes connections of other users of this machine, whose
// requests are then refused.
func (s *Server) ConnContext(ctx context.Context, c net.Conn) context.Context {
	if s.token != "" { // who has it may come from anywhere
		return ctx
	}
	uid, known := ownerOf(c.RemoteAddr(), c.LocalAddr())
	if known && !slices.Contains(s.users, uid) {
		return context.WithValue(ctx, strangerKey{}, uid)
	}
	return ctx
}

// ownUsers are the users who may open this server's page: the one it runs as, the one who has
// called sudo, and root, who can do anything anyway.
func ownUsers() []int {
	users := []int{0, os.Getuid()}
	if uid, err := strconv.Atoi(os.Getenv("SUDO_UID")); err == nil {
		users = append(users, uid)
	}
	return users
}

// nobody is the user of a connection whose other end is closed: whose it was cannot be told any more, and
// nobody waits for an answer.
const nobody = -1

// lookAgain is how soon a connection is looked for again that was not found.
const lookAgain = 10 * time.Millisecond

// ownerOf finds the user at the other end of a connection within this machine. Whoever sends a request and is gone
// before that is looked up is nobody.
func ownerOf(client, server net.Addr) (uid int, known bool) {
	from, err := netip.ParseAddrPort(client.String())
	if err != nil {
		return 0, false
	}
	to, err := netip.ParseAddrPort(server.String())
	if err != nil {
		return 0, false
	}
	uid, known, err = ownerNow(from, to)
	if err == nil && !known { // a table that changes while it is read may miss one
		time.Sleep(lookAgain)
		uid, known, err = ownerNow(from, to)
	}
	if err != nil || known {
		return uid, known && err == nil
	}
	// Without its other end here it comes from outside, as out of the system around a virtual machine. But where this end is closed too,
	// the other one has been here.
	_, open, err := ownerNow(to, from)
	return nobody, err == nil && !open
}

// ownerNow looks in the kernel's tables.
func ownerNow(from, to netip.AddrPort) (uid int, known bool, err error) {
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		f, openErr := os.Open(name)
		if openErr != nil {
			err = openErr
			continue
		}
		uid, known = ownerIn(f, from, to)
		f.Close()
		if known {
			return uid, true, nil
		}
	}
	return 0, false, err
}

// ownerIn looks for a connection in a table of the kernel.
func ownerIn(table io.Reader, from, to netip.AddrPort) (uid int, known bool) {
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		f := strings.Fields(lines.Text()) // number, local, remote, state, queues, timer, retries, uid, timeout, inode, ...
		if len(f) < 10 {
			continue
		}
		local, ok := kernelAddr(f[1])
		if !ok || local != plain(from) {
			continue
		}
		remote, ok := kernelAddr(f[2])
		if !ok || remote != plain(to) {
			continue
		}
		if f[9] == "0" { // no process has it any more; the kernel may call root its user
			return nobody, true
		}
		uid, err := strconv.Atoi(f[7])
		return uid, err == nil
	}
	return 0, false
}

func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// kernelAddr reads an address as the kernel's tables have it: words of 32 bits with the lowest byte
// first, a colon, and the port.
func kernelAddr(text string) (a netip.AddrPort, ok bool) {
	host, port, found := strings.Cut(text, ":")
	raw, err := hex.DecodeString(host)
	if !found || err != nil || len(raw) != 4 && len(raw) != 16 {
		return a, false
	}
	for word := range slices.Chunk(raw, 4) {
		slices.Reverse(word)
	}
	ip, _ := netip.AddrFromSlice(raw)
	p, err := strconv.ParseUint(port, 16, 16)
	return plain(netip.AddrPortFrom(ip, uint16(p))), err == nil
}
