package catalog

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The tests of this file start the test program again as another process; roleEnv says what it is to be.
const roleEnv = "CATALOG_TEST_ROLE"

func TestMain(m *testing.M) {
	var err error
	switch role, path, _ := strings.Cut(os.Getenv(roleEnv), " "); role {
	case "":
		os.Exit(m.Run())
	case "hold":
		err = holdLock(path)
	case "write":
		err = writeForever(path)
	case "read":
		err = readOnce(path)
	case "note":
		err = noteOnce(path)
	case "create":
		_, err = Create(context.Background(), path)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// holdLock takes the lock, says so, and keeps it until it is killed or its stdin ends.
func holdLock(path string) error {
	c, err := Open(context.Background(), path, ReadWrite)
	if err != nil {
		return err
	}
	defer c.Close()
	unlock, err := c.LockForWriting(context.Background(), "curate embed", 0)
	if err != nil {
		return err
	}
	defer unlock()
	fmt.Println("held")
	bufio.NewReader(os.Stdin).ReadString('\n')
	return nil
}

// writeForever records batches of ten images, the Nth with the contents "N-0" to "N-9", and says N after each, until it is killed.
func writeForever(path string) error {
	c, err := Create(context.Background(), path)
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		var s []Sighting
		for i := range 10 {
			name := fmt.Sprintf("%d-%d", n, i)
			s = append(s, sight("/heap/"+name, name, Origin{Label: "real"}))
		}
		if _, err := c.Record(context.Background(), s); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

func readOnce(path string) error {
	c, err := Open(context.Background(), path, ReadOnly)
	if err != nil {
		return err
	}
	defer c.Close()
	n, err := c.CountImages(context.Background(), Filter{})
	fmt.Println(n)
	return err
}

func noteOnce(path string) error {
	c, err := Open(context.Background(), path, ReadWrite)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.Note(context.Background(), "curate x", "x", "x")
	return err
}

// start runs the test program in a role and returns its output line by line.
func start(t *testing.T, role, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(must(os.Executable())(t))
	cmd.Env = append(os.Environ(), roleEnv+"="+role+" "+path)
	cmd.Stderr = os.Stderr
	must(cmd.StdinPipe())(t)
	out := must(cmd.StdoutPipe())(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return cmd, bufio.NewScanner(out)
}

func TestTwoProcessesAndTheLock(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 2)
	other, lines := start(t, "hold", c.Path())
	if !lines.Scan() {
		t.Fatal("the other process does not hold the lock")
	}
	_, err := c.LockForWriting(t.Context(), "curate dedup", 120*time.Millisecond)
	var locked *LockedError
	if !errors.As(err, &locked) || locked.PID != other.Process.Pid || locked.Command != "curate embed" {
		t.Fatalf("got %v", err)
	}
	if want := fmt.Sprintf("locked by PID %d (curate embed)", other.Process.Pid); !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not say %q", err, want)
	}
	if n := must(c.CountImages(t.Context(), Filter{}))(t); n != 2 {
		t.Error("reading waits for the lock")
	}
	decided(t, c, Decision{Kind: Keep, Image: ids[0]}) // one transaction does not need it

	other.Process.Kill() // as kill -9
	unlock, err := c.LockForWriting(t.Context(), "curate dedup", 30*time.Second)
	if err != nil {
		t.Fatalf("a killed process left its lock: %v", err)
	}
	if _, err := c.LockForWriting(t.Context(), "curate check", 0); !errors.As(err, &locked) || locked.PID != os.Getpid() {
		t.Errorf("a second lock in the same process: %v", err)
	}
	unlock()
	unlock = must(c.LockForWriting(t.Context(), "curate check", 0))(t)
	unlock()
	ctx, cancel := context.WithCancel(t.Context())
	defer must(c.LockForWriting(t.Context(), "a", 0))(t)()
	cancel()
	if _, err := c.LockForWriting(ctx, "b", time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled while waiting: %v", err)
	}
}

// A transaction that another process holds open makes a writer wait, and then say so, rather than fail with SQLite's words.
func TestBusyIsLocked(t *testing.T) {
	c := fresh(t)
	other := must(Open(t.Context(), c.Path(), ReadWrite))(t)
	defer other.Close()
	defer must(other.LockForWriting(t.Context(), "curate embed", 0))(t)()
	tx := must(other.write.Begin())(t)
	defer tx.Rollback()
	must(c.write.Exec("PRAGMA busy_timeout = 50"))(t)
	_, err := c.Note(t.Context(), "curate x", "x", "x")
	var locked *LockedError
	if !errors.As(err, &locked) || locked.Command != "curate embed" {
		t.Errorf("got %v", err)
	}
}

// Who has signed the lock and waits for another process is not told of itself.
func TestBusyIsNotOneself(t *testing.T) {
	c := fresh(t)
	other := must(Open(t.Context(), c.Path(), ReadWrite))(t)
	defer other.Close()
	tx := must(other.write.Begin())(t)
	defer tx.Rollback()
	must(c.write.Exec("PRAGMA busy_timeout = 50"))(t)
	defer must(c.LockForWriting(t.Context(), "page", 0))(t)()
	_, err := c.Note(t.Context(), "curate x", "x", "x")
	var locked *LockedError
	if !errors.As(err, &locked) || locked.PID != 0 {
		t.Errorf("got %v", err)
	}
}

func TestKillMinusNine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "curate.db")
	said := -1
	for round := range 4 {
		cmd, lines := start(t, "write", path)
		for range 3 + 5*round {
			if !lines.Scan() {
				t.Fatal("the writer ended by itself")
			}
		}
		if _, err := fmt.Sscan(lines.Text(), &said); err != nil {
			t.Fatal(err)
		}
		cmd.Process.Kill()
		cmd.Wait()

		c := must(Open(t.Context(), path, ReadWrite))(t)
		if faults := must(c.Check(t.Context()))(t); len(faults) > 0 {
			t.Fatal(faults)
		}
		rows := all(t, c.Images(t.Context(), Filter{}))
		if len(rows)%10 != 0 || len(rows) < 10*(said+1) {
			t.Fatalf("%d images after batch %d of ten was said to be written", len(rows), said)
		}
		for i, r := range rows {
			if want := fmt.Sprintf("/heap/%d-%d", i/10, i%10); r.Path != want || r.Hash != content(want[6:]).Hash || r.Status != Kept || r.Label != "real" {
				t.Fatalf("image %d is %s, %s, not the kept %s", i, r.Path, r.Status, want)
			}
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A folder in which nothing can be written: reading works, and writing says why not.
func TestReadOnlyFolder(t *testing.T) {
	dir := must(os.MkdirTemp("", "catalog-"))(t)
	t.Cleanup(func() { os.Chmod(dir, 0o755); os.RemoveAll(dir) })
	path := filepath.Join(dir, "curate.db")
	c := must(Create(t.Context(), path))(t)
	heap(t, c, 3)
	program := filepath.Join(dir, "program")
	if err := errors.Join(c.Close(), os.WriteFile(program, must(os.ReadFile(must(os.Executable())(t)))(t), 0o755), os.Chmod(dir, 0o555)); err != nil {
		t.Fatal(err)
	}
	as := func(role, path string) (string, error) {
		cmd := exec.Command(program)
		cmd.Env = append(os.Environ(), roleEnv+"="+role+" "+path)
		if os.Getuid() == 0 { // root may write anywhere
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := as("read", path); err != nil || out != "3\n" {
		t.Errorf("reading gives %q, %v", out, err)
	}
	for role, words := range map[string]string{"note": "cannot write to the catalogue " + path, "create": "cannot make the catalogue " + path + "2: permission denied"} {
		at := path
		if role == "create" {
			at += "2"
		}
		if out, err := as(role, at); err == nil || !strings.Contains(out, words) {
			t.Errorf("%s gives %q, %v", role, out, err)
		}
	}
}
