package hub

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/curate/curate/internal/atomicfile"
)

// repoFolder is the repository's place in the cache:
//
//	models--ORG--NAME/blobs/ETAG                  the content
//	models--ORG--NAME/refs/REVISION               the commit of a branch or tag
//	models--ORG--NAME/snapshots/COMMIT/FILE       a link to the blob
//	.locks/models--ORG--NAME/ETAG.lock            held while a blob is written
func (c *Client) repoFolder(r Repo) string { return filepath.Join(c.Cache, r.folder()) }

func (c *Client) snapshotFolder(r Repo, commit string) string {
	return filepath.Join(c.repoFolder(r), "snapshots", commit)
}

func (c *Client) pointer(r Repo, commit, name string) string {
	return filepath.Join(c.snapshotFolder(r, commit), filepath.FromSlash(name))
}

// cachedCommit returns the commit that the cache knows for a revision.
func (c *Client) cachedCommit(r Repo) (string, bool) {
	if commitPattern.MatchString(r.Revision) {
		return r.Revision, true
	}
	data, err := os.ReadFile(filepath.Join(c.repoFolder(r), "refs", filepath.FromSlash(r.Revision)))
	commit := strings.TrimSpace(string(data))
	return commit, err == nil && commitPattern.MatchString(commit)
}

// remember stores which commit a branch or tag stands for.
func (c *Client) remember(r Repo, commit string) error {
	if known, ok := c.cachedCommit(r); ok && known == commit {
		return nil
	}
	path := filepath.Join(c.repoFolder(r), "refs", filepath.FromSlash(r.Revision))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write the Hub's cache: %w", err)
	}
	return atomicfile.WriteFile(path, []byte(commit), 0o644)
}

// link makes the snapshot's name for a blob, relative so that the cache can be moved.
func link(pointer, blob string) error {
	if err := os.MkdirAll(filepath.Dir(pointer), 0o755); err != nil {
		return err
	}
	target, err := filepath.Rel(filepath.Dir(pointer), blob)
	if err != nil {
		return err
	}
	err = os.Symlink(target, pointer)
	if os.IsExist(err) && !exists(pointer) { // a link whose blob was deleted
		if err = os.Remove(pointer); err == nil {
			err = os.Symlink(target, pointer)
		}
	}
	if os.IsExist(err) {
		return nil
	}
	return err
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// cachedFiles lists the files of a snapshot whose content is there.
func cachedFiles(folder string) ([]string, error) {
	files, err := listFiles(folder)
	return slices.DeleteFunc(files, func(name string) bool {
		return !exists(filepath.Join(folder, filepath.FromSlash(name)))
	}), err
}
