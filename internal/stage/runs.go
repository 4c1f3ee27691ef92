package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/curate/curate/catalog"
)

// Runs reads what runs have left, in the catalogue and in their folders, for people to
// look at. It writes nothing. Its methods may be called from several goroutines.
type Runs struct {
	env     *Env
	curves  fileCache[*Curve]
	answers fileCache[*Answers]
}

// NewRuns makes a reader of the catalogue's runs.
func NewRuns(e *Env) *Runs { return &Runs{env: e} }

// RunKinds lists the kinds of runs that the page shows on their own.
func RunKinds() []string { return []string{kindTrain, kindDescriptor, kindDedup} }

// kindDedup is the kind of runs of dedup.
const kindDedup = "dedup"

// RunInfo is a run with all that the catalogue keeps of it.
type RunInfo struct {
	ID catalog.RunID `json:"id"`
	RunRow
	Seconds  *float64        `json:"seconds"` // null while it runs
	Error    string          `json:"error"`   // why it failed
	Settings json.RawMessage `json:"settings"`
	Figures  json.RawMessage `json:"figures"` // null until known
}

func runInfo(r catalog.Run) RunInfo {
	i := RunInfo{ID: r.ID, RunRow: newRunRow(r), Error: r.Error, Settings: validOrNull(r.Settings), Figures: validOrNull(r.Metrics)}
	if !r.Finished.IsZero() {
		s := r.Finished.Sub(r.Started).Seconds()
		i.Seconds = &s
	}
	return i
}

// validOrNull keeps what a hand has spoilt from spoiling a whole answer.
func validOrNull(text json.RawMessage) json.RawMessage {
	if !json.Valid(text) {
		return json.RawMessage("null")
	}
	return text
}

// List returns the newest runs of a kind, "" for all kinds; limit 0 = all.
func (v *Runs) List(ctx context.Context, kind string, limit int) ([]RunInfo, error) {
	runs, err := v.env.Catalog.Runs(ctx, kind, limit)
	if err != nil {
		return nil, err
	}
	out := make([]RunInfo, len(runs))
	for i, r := range runs {
		out[i] = runInfo(r)
	}
	return out, nil
}

// Find returns the run called name, or with that number; catalog.ErrNoRun if there is
// none.
func (v *Runs) Find(ctx context.Context, name string) (RunInfo, error) {
	r, err := v.env.Catalog.RunByName(ctx, name)
	if err != nil {
		return RunInfo{}, err
	}
	return runInfo(r), nil
}

// Folder says what is wrong with the folder of a run, "" if nothing is: it is where the
// run left it, and no later run has taken it.
func (v *Runs) Folder(ctx context.Context, r RunInfo) (string, error) {
	if r.Dir == nil {
		return "", nil
	}
	info, err := os.Stat(*r.Dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "is not there any more: it was moved or removed", nil
	case err != nil:
		return "cannot be read: " + err.Error(), nil
	case !info.IsDir():
		return "is no folder", nil
	}
	runs, err := v.env.Catalog.Runs(ctx, r.Kind, 0)
	if err != nil {
		return "", err
	}
	taken := slices.IndexFunc(runs, func(o catalog.Run) bool { return o.ID > r.ID && o.Dir == *r.Dir })
	if taken >= 0 {
		return fmt.Sprintf("is that of run %s now: the files of this one are gone", runs[taken].Name), nil
	}
	return "", nil
}

// fileCache keeps what was made of files, while these stay as they are.
type fileCache[T any] struct {
	mu   sync.Mutex
	kept map[string]cachedFile[T]
}

type cachedFile[T any] struct {
	size, changed int64
	value         T
}

// cachedFiles is how many files a cache is for.
const cachedFiles = 32

// get returns what read makes of the file name in dir, or of the same file before.
func (c *fileCache[T]) get(dir, name string, read func(*os.File, fs.FileInfo) (T, error)) (T, error) {
	var none T
	f, info, err := openRunFile(dir, name)
	if err != nil {
		return none, err
	}
	defer f.Close()
	path := filepath.Join(dir, name)
	c.mu.Lock()
	kept, ok := c.kept[path]
	c.mu.Unlock()
	if ok && kept.size == info.Size() && kept.changed == info.ModTime().UnixNano() {
		return kept.value, nil
	}
	value, err := read(f, info)
	if err != nil {
		return none, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= cachedFiles {
		c.kept = map[string]cachedFile[T]{}
	}
	c.kept[path] = cachedFile[T]{info.Size(), info.ModTime().UnixNano(), value}
	return value, nil
}
