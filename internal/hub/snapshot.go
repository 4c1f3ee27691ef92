package hub

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Snapshot is a revision in the cache.
type Snapshot struct {
	Folder  string // holds the chosen files, each a link to a blob
	Commit  string
	Files   []string // the chosen files
	License string   // as the card says, "" when the Hub was not asked
}

// Choose picks the files to bring out of all that a revision has.
type Choose func(files []string) []string

// Snapshot brings the chosen files of a revision into the cache, each checked,
// and returns their folder. Offline, or when the Hub cannot be reached, it
// returns what the cache has of the revision, after a notice in the second case;
// whether that is enough is for the caller to see, through choose.
func (c *Client) Snapshot(ctx context.Context, r Repo, choose Choose) (Snapshot, error) {
	if c.Offline {
		return c.cached(r, choose)
	}
	info, err := c.Info(ctx, r)
	var down unreachable
	if errors.As(err, &down) && ctx.Err() == nil {
		if snap, cacheErr := c.cached(r, choose); cacheErr == nil {
			c.Progress.Note("%v; going on with the copy of %s in the cache", err, r)
			return snap, nil
		}
	}
	if err != nil {
		return Snapshot{}, err
	}
	return c.bring(ctx, r, info, choose)
}

func (c *Client) bring(ctx context.Context, r Repo, info Info, choose Choose) (Snapshot, error) {
	snap := Snapshot{c.snapshotFolder(r, info.Commit), info.Commit, choose(info.Files), info.License}
	at := Repo{r.ID, info.Commit}
	for _, name := range snap.Files {
		if !slices.Contains(info.Files, name) {
			return Snapshot{}, fmt.Errorf("%s has no file %s: %w", r, name, ErrNotFound)
		}
		if _, err := c.File(ctx, at, name); err != nil {
			return Snapshot{}, err
		}
	}
	return snap, c.remember(r, info.Commit)
}

// cached returns a snapshot from the cache alone.
func (c *Client) cached(r Repo, choose Choose) (Snapshot, error) {
	commit, ok := c.cachedCommit(r)
	if !ok {
		return Snapshot{}, c.notCached(r)
	}
	folder := c.snapshotFolder(r, commit)
	files, err := cachedFiles(folder)
	if err != nil {
		return Snapshot{}, c.notCached(r)
	}
	snap := Snapshot{Folder: folder, Commit: commit, Files: choose(files)}
	for _, name := range snap.Files {
		if !slices.Contains(files, name) {
			return Snapshot{}, fmt.Errorf("%s: the cache %s lacks %s: %w; run once without HF_HUB_OFFLINE", r, c.Cache, name, ErrNotCached)
		}
	}
	return snap, nil
}

func (c *Client) notCached(r Repo) error {
	hint := "run `curate model pull " + r.String() + "` where the Hub can be reached"
	if c.Offline {
		hint = "HF_HUB_OFFLINE is set: unset it and " + hint
	}
	return fmt.Errorf("%s: nothing of it in the cache %s: %w; %s", r, c.Cache, ErrNotCached, hint)
}
