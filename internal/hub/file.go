package hub

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// File brings one file of a revision into the cache and returns its path there.
// A file of a known commit that is already there is not asked for again.
func (c *Client) File(ctx context.Context, r Repo, name string) (string, error) {
	if !localPath(name) {
		return "", fmt.Errorf("%s: %q is no name of a file", r, name)
	}
	if commitPattern.MatchString(r.Revision) || c.Offline {
		if path, ok := c.cachedFile(r, name); ok {
			return path, nil
		}
	}
	if c.Offline {
		return "", c.notCached(r)
	}
	m, err := c.head(ctx, r, name)
	if err != nil {
		return "", err
	}
	pointer := c.pointer(r, m.commit, name)
	if !exists(pointer) {
		if err := c.fill(ctx, r, name, m, pointer); err != nil {
			return "", err
		}
	}
	return pointer, c.remember(r, m.commit)
}

func (c *Client) cachedFile(r Repo, name string) (string, bool) {
	commit, ok := c.cachedCommit(r)
	if !ok {
		return "", false
	}
	path := c.pointer(r, commit, name)
	return path, exists(path)
}

// fill puts a file's blob and link into the cache, under the blob's lock.
func (c *Client) fill(ctx context.Context, r Repo, name string, m meta, pointer string) error {
	blob := filepath.Join(c.repoFolder(r), "blobs", m.etag)
	lock := filepath.Join(c.Cache, ".locks", r.folder(), m.etag+".lock")
	for _, dir := range []string{filepath.Dir(blob), filepath.Dir(lock)} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("write the Hub's cache: %w", err)
		}
	}
	unlock, err := acquire(ctx, lock)
	if err != nil {
		return fmt.Errorf("wait for %s: %w", lock, err)
	}
	defer unlock()
	if !exists(blob) {
		if err := c.download(ctx, r, name, m, blob); err != nil {
			return err
		}
	}
	if err := link(pointer, blob); err != nil {
		return fmt.Errorf("write the Hub's cache: %w", err)
	}
	return nil
}
