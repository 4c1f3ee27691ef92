package hub

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CachedRepo is a branch or tag of a repository that the cache holds something of.
type CachedRepo struct {
	Repo   Repo
	Commit string
	Folder string
}

// Cached lists the model repositories of the cache, by every branch and tag
// that was fetched.
func (c *Client) Cached() ([]CachedRepo, error) {
	entries, err := os.ReadDir(c.Cache)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var list []CachedRepo
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name(), "models--")
		if !ok {
			continue
		}
		id := strings.ReplaceAll(name, "--", "/")
		revisions, err := listFiles(filepath.Join(c.Cache, e.Name(), "refs"))
		if err != nil {
			return nil, err
		}
		for _, revision := range revisions {
			r, err := ParseRepo(id + "@" + revision)
			if err != nil {
				continue
			}
			if commit, ok := c.cachedCommit(r); ok && exists(c.snapshotFolder(r, commit)) {
				list = append(list, CachedRepo{r, commit, c.snapshotFolder(r, commit)})
			}
		}
	}
	return list, nil
}

// listFiles returns the files below a folder, sorted, with "/"; none if it is not there.
func listFiles(folder string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return names, err
}
