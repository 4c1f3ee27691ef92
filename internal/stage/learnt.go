package stage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/atomicfile"
)

// learntFile, in the folder of a run, names by content the pictures that its
// weights depend on. The split of today does not tell: `split` may have run again.
//
//	images N
//	train SHA-256
//	chosen SHA-256
//
// with one line for each picture that was learnt from, and for each that decided
// which weights were taken.
const learntFile = "learnt_from.txt"

// learnt are the pictures that the weights of a run depend on.
type learnt struct{ train, chosen []catalog.Hash }

// noteLearnt writes them down before the first step.
func (t *training) noteLearnt() error {
	rows := t.data.rows
	var b bytes.Buffer
	fmt.Fprintf(&b, "images %d\n", len(rows[catalog.Train])+len(rows[t.judged]))
	for _, r := range rows[catalog.Train] {
		fmt.Fprintln(&b, "train", r.Hash)
	}
	for _, r := range rows[t.judged] {
		fmt.Fprintln(&b, "chosen", r.Hash)
	}
	return atomicfile.WriteFile(filepath.Join(t.run.Dir, learntFile), b.Bytes(), 0o644)
}

// readLearnt reads what noteLearnt wrote into the folder of a run; nil if it is not
// there (any more).
func readLearnt(dir string) (*learnt, error) {
	path := filepath.Join(dir, learntFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l, n := &learnt{}, 0
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if _, err := fmt.Sscanf(lines[0], "images %d", &n); err != nil || n != len(lines)-1 {
		return nil, fmt.Errorf("%s is not whole: the pictures that the run learnt from cannot be told; train again", path)
	}
	for i, line := range lines[1:] {
		kind, digits, _ := strings.Cut(line, " ")
		h, err := catalog.ParseHash(digits)
		switch {
		case err == nil && kind == "train":
			l.train = append(l.train, h)
		case err == nil && kind == "chosen":
			l.chosen = append(l.chosen, h)
		default:
			return nil, fmt.Errorf("%s: line %d names no picture: the pictures that the run learnt from cannot be told; train again", path, i+2)
		}
	}
	return l, nil
}

// keys tell pictures apart: those of one group, as the split has it, and those of
// the same content have the same key.
type keys struct {
	groups *ties
	ids    map[catalog.Hash]catalog.ImageID
}

func newKeys(ctx context.Context, e *Env, hashes []catalog.Hash) (*keys, error) {
	by, err := splitGroups(ctx, e)
	if err != nil {
		return nil, err
	}
	k := &keys{}
	if k.groups, _, err = imageGroups(ctx, e, by); err != nil {
		return nil, err
	}
	k.ids, err = e.Catalog.HasImages(ctx, hashes)
	return k, err
}

func (k *keys) of(h catalog.Hash) string {
	if id, known := k.ids[h]; known {
		if root, tied := k.groups.find(id); tied {
			return fmt.Sprint("group ", root)
		}
	}
	return h.String()
}

// splitGroups says by what the last split kept images together.
func splitGroups(ctx context.Context, e *Env) ([]string, error) {
	runs, err := e.Catalog.Runs(ctx, kindSplit, 0)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		var s splitSettings
		if r.Status != catalog.Done {
			continue
		}
		if err := json.Unmarshal(r.Settings, &s); err != nil {
			return nil, fmt.Errorf("settings of run %s: %w", r.Name, err)
		}
		return s.GroupBy, nil
	}
	return []string{byCluster, byPrompt}, nil
}
