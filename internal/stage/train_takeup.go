package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train"
)

var errNothingToResume = errors.New("--resume: there is no unfinished run with these settings, model and pictures; leave --resume out to start one")

// takeUp takes up an unfinished run with the same settings. No run is under way
// elsewhere, whatever the catalogue says: whoever trains holds its lock, and the
// process number of a killed run may be that of any other process now (in a
// container it mostly is).
func (t *training) takeUp(ctx context.Context) (bool, error) {
	runs, err := t.env.Catalog.Runs(ctx, kindTrain, 0)
	if err != nil {
		return false, err
	}
	if err := t.afterKills(ctx, runs); err != nil {
		return false, err
	}
	r, step, found, err := t.unfinished(ctx)
	switch {
	case err != nil:
		return false, err
	case found:
		t.run, t.result.Continued = r, step
		t.result.Run, t.result.Dir = r.Name, r.Dir
		t.env.Notice("going on with the unfinished run %s after step %d", r.Name, step)
		return true, t.env.Catalog.ResumeRun(ctx, r.ID)
	case t.options.Resume:
		return false, errNothingToResume
	}
	return false, nil
}

// unfinished looks for a run with the same settings that is not done and has a
// checkpoint, and returns it with the checkpoint's step.
func (t *training) unfinished(ctx context.Context) (run catalog.Run, step int, found bool, err error) {
	runs, err := t.env.Catalog.Runs(ctx, kindTrain, 0)
	if err != nil {
		return run, 0, false, err
	}
	want, key := "", t.record().Key
	if t.options.Out != "" {
		if want, err = filepath.Abs(t.options.Out); err != nil {
			return run, 0, false, err
		}
	}
	for _, r := range runs {
		var old runSettings
		if r.Status == catalog.Done || json.Unmarshal(r.Settings, &old) != nil {
			continue
		}
		if key == "" || old.Key != key || want != "" && r.Dir != want {
			continue
		}
		if step, ok, err := train.Unfinished(r.Dir, key); err == nil && ok {
			return r, step, true, nil
		} // else its folder is gone or holds something else: a new run is no loss
	}
	return run, 0, false, nil
}

// afterKills does what runs that were killed had no time for: those that seem to
// run are interrupted, and those that are done lose their checkpoints.
func (t *training) afterKills(ctx context.Context, runs []catalog.Run) error {
	unfinished := map[string]bool{}
	for _, r := range runs {
		unfinished[r.Dir] = unfinished[r.Dir] || r.Status != catalog.Done
	}
	for _, r := range runs {
		switch {
		case r.Status == catalog.Running:
			if err := t.env.Catalog.FinishRun(ctx, r.ID, nil, context.Canceled); err != nil {
				return err
			}
		case r.Status == catalog.Done && !unfinished[r.Dir]:
			t.tidy(r.Dir)
		}
	}
	return nil
}

// tidy removes the checkpoints of a run that is done. That they stay does no harm.
func (t *training) tidy(dir string) {
	if err := train.RemoveCheckpoints(dir); err != nil {
		t.env.Notice("checkpoints of a run that is done stay: %v", err)
	}
}

// outDir is where the run called name leaves its files: a folder that holds no
// other run's.
func (t *training) outDir(ctx context.Context, name string) (string, error) {
	dir := t.options.Out
	if dir == "" {
		dir = filepath.Join("runs", name)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	runs, err := t.env.Catalog.Runs(ctx, kindTrain, 0)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(runs, func(r catalog.Run) bool { return r.Dir == dir }) // the newest
	if err := train.Ready(dir); err != nil {
		if i < 0 {
			return "", err
		}
		return "", fmt.Errorf("%w (run %s, %s)", err, runs[i].Name, runs[i].Status)
	}
	return dir, os.MkdirAll(dir, 0o755)
}
