package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// lockSuffix is appended to the catalogue's path. The file stays when the lock is free: taking it away would let two processes hold locks on
// two files of one name.
const lockSuffix = ".lock"

// lockPoll is how often a waiting process looks again.
const lockPoll = 50 * time.Millisecond

// LockForWriting takes the advisory lock beside the catalogue in the name of command ("curate dedup"), waiting up to wait for another
// holder to finish; a *LockedError names the holder otherwise. Call unlock when done; a killed process leaves no lock behind. The lock
// keeps two long commands from doing each other's work twice: single transactions are safe without it.
func (c *Catalog) LockForWriting(ctx context.Context, command string, wait time.Duration) (unlock func(), err error) {
	path := c.path + lockSuffix
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("cannot lock the catalogue %s: %w", c.path, osReason(err))
	}
	if err := c.await(ctx, f, wait); err != nil {
		f.Close()
		return nil, err
	}
	if err := signLock(f, command); err != nil {
		f.Close()
		return nil, fmt.Errorf("cannot lock the catalogue %s: %w", c.path, osReason(err))
	}
	c.holding.Add(1)
	return func() {
		c.holding.Add(-1)
		f.Truncate(0) // only a courtesy to people who look: the lock itself goes with the file
		f.Close()
	}, nil
}

func (c *Catalog) await(ctx context.Context, f *os.File, wait time.Duration) error {
	deadline := time.NewTimer(wait)
	defer deadline.Stop()
	for {
		held, err := tryLock(f)
		if err != nil {
			return fmt.Errorf("cannot lock the catalogue %s: %w", c.path, err)
		}
		if held {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-deadline.C:
			pid, command := lockHolder(f.Name())
			return &LockedError{Path: c.path, PID: pid, Command: command}
		case <-time.After(lockPoll):
		}
	}
}

// signLock writes who holds the lock: the process number on the first line, the command on the second.
func signLock(f *os.File, command string) error {
	text := fmt.Sprintf("%d\n%s\n", os.Getpid(), strings.ReplaceAll(command, "\n", " "))
	return errors.Join(f.Truncate(0), second(f.WriteAt([]byte(text), 0)))
}

func second(_ int, err error) error { return err }

// lockHolder reads who holds the lock; zero values when nobody says.
func lockHolder(path string) (pid int, command string) {
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return 0, ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return 0, ""
	}
	first, rest, _ := strings.Cut(string(text), "\n")
	if pid, err = strconv.Atoi(first); err != nil {
		return 0, ""
	}
	return pid, strings.TrimSuffix(rest, "\n")
}
