package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

const maxTries = 5 // in a row without a single new byte

// errRestart says that the bytes on disk are no beginning of what the server has.
var errRestart = errors.New("the server cannot go on from here")

// download writes a blob. The part file keeps what came until the whole is
// there, so a later run goes on; its name is our own, because the official
// client takes parts under other names and never looks at ours.
func (c *Client) download(ctx context.Context, r Repo, name string, m meta, blob string) error {
	part := blob + ".curate.incomplete"
	task := c.Progress.Start("fetch "+r.ID+" "+name, max(m.size, 0), "bytes")
	defer task.Done()
	if err := c.fillPart(ctx, r, name, m, part, task.Add); err != nil {
		return err
	}
	if err := verify(part, m); err != nil {
		os.Remove(part)
		return fmt.Errorf("%s %s: %w", r, name, err)
	}
	return publish(part, blob)
}

// fillPart fetches until the part is whole, going on after broken connections.
func (c *Client) fillPart(ctx context.Context, r Repo, name string, m meta, part string, count func(int64)) error {
	f, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("write the Hub's cache: %w", err)
	}
	defer f.Close()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	count(have)
	for tries := 0; have != m.size; {
		n, err := c.fetchRange(ctx, r, name, m, f, have, count)
		have += n
		switch {
		case err == nil && (m.size < 0 || have == m.size):
			return f.Sync()
		case errors.Is(err, errRestart):
			count(-have)
			have = 0
			if err := f.Truncate(0); err != nil {
				return err
			}
		case !isUnreachable(err) || ctx.Err() != nil:
			return err
		}
		if tries++; n > 0 {
			tries = 0
		}
		if tries >= maxTries {
			return fmt.Errorf("%s %s: the download stops at %d of %d bytes and does not go on: %w", r, name, have, m.size, err)
		}
		if err := pause(ctx, c.retry); err != nil {
			return err
		}
	}
	return f.Sync()
}

// fetchRange appends what follows byte have to f and returns how much that was.
func (c *Client) fetchRange(ctx context.Context, r Repo, name string, m meta, f *os.File, have int64, count func(int64)) (int64, error) {
	header := http.Header{}
	if have > 0 {
		if m.size >= 0 && have > m.size {
			return 0, errRestart
		}
		header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watch := time.AfterFunc(c.stall, cancel)
	defer watch.Stop()
	resp, err := c.follow(ctx, http.MethodGet, m.from, header, never)
	if err != nil {
		return 0, unreachable{c.Endpoint, err}
	}
	defer resp.Body.Close()
	switch {
	case have > 0 && (resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusRequestedRangeNotSatisfiable):
		return 0, errRestart
	case resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusPartialContent:
		return 0, c.failed(r, name, resp)
	}
	if _, err := f.Seek(have, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.Copy(f, &counted{resp.Body, func(n int64) { watch.Reset(c.stall); count(n) }})
	switch {
	case errors.As(err, new(readError)):
		return n, unreachable{c.Endpoint, err}
	case err != nil:
		return n, fmt.Errorf("write the Hub's cache: %w", err)
	case m.size >= 0 && have+n != m.size:
		return n, unreachable{c.Endpoint, fmt.Errorf("it sent %d of %d bytes", have+n, m.size)}
	}
	return n, nil
}

// counted reports what it reads, and marks errors of the connection, to be told
// from those of the disk.
type counted struct {
	r     io.Reader
	count func(int64)
}

type readError struct{ error }

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.count(int64(n))
	if err != nil && err != io.EOF {
		err = readError{err}
	}
	return n, err
}

func isUnreachable(err error) bool { return errors.As(err, new(unreachable)) }

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
