package stage

import (
	"context"
	"fmt"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/progress"
	"github.com/curate/curate/internal/scene"
)

// DemoOptions say which heap the demo draws, and where.
type DemoOptions struct {
	Dir   string
	Count int // scenes without fault; copies, edits and faults come on top
	Seed  uint64
}

// DemoResult is what the demo did and found.
type DemoResult struct {
	Dir     string        `json:"dir"`
	Files   int           `json:"files"` // that were drawn, whatever they are
	Drawn   bool          `json:"drawn"` // false: they were there already
	Ingest  IngestResult  `json:"ingest"`
	Check   CheckResult   `json:"check"`
	Truth   DemoTruth     `json:"truth"`
	Steps   []DemoSeconds `json:"steps"`
	Seconds float64       `json:"seconds"`
}

// DemoSeconds is how long one stage took.
type DemoSeconds struct {
	Stage   string  `json:"stage"`
	Seconds float64 `json:"seconds"`
}

// DrawDemo draws the heap unless it is there. It needs no catalogue: where it has
// drawn anew (see scene.Planted.Drawn), a catalogue of an older heap is of no use.
func DrawDemo(ctx context.Context, e *Env, o DemoOptions) (scene.Planted, error) {
	var task *progress.Task
	heap := scene.HeapOptions{Count: o.Count, Seed: o.Seed}
	heap.Start = func(files int) { task = e.Progress.Start("draw", int64(files), "pictures") }
	heap.Done = func() { task.Add(1) }
	planted, err := scene.Heap(ctx, o.Dir, heap)
	if task != nil {
		task.Done()
	}
	return planted, err
}

// Demo runs the main job on the heap that DrawDemo drew, and holds what it found
// against what was planted. Like the stages, it continues where it was stopped.
func Demo(ctx context.Context, e *Env, o DemoOptions, planted scene.Planted) (DemoResult, error) {
	began := time.Now()
	r := DemoResult{Dir: o.Dir, Files: len(planted.Files), Drawn: planted.Drawn}
	for _, step := range r.steps(e, o) {
		at := time.Now()
		if err := step.run(ctx); err != nil {
			return r, fmt.Errorf("demo: %s: %w", step.name, err)
		}
		r.Steps = append(r.Steps, DemoSeconds{step.name, time.Since(at).Seconds()})
	}
	var err error
	if r.Truth, err = compareDemo(ctx, e, o.Dir, planted); err != nil {
		return r, fmt.Errorf("demo: compare with what was planted: %w", err)
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

type demoStep struct {
	name string
	run  func(ctx context.Context) error
}

func (r *DemoResult) steps(e *Env, o DemoOptions) []demoStep {
	return []demoStep{
		{"ingest", func(ctx context.Context) (err error) {
			r.Ingest, err = ingestDemo(ctx, e, o.Dir)
			return err
		}},
		{"check", func(ctx context.Context) (err error) {
			r.Check, err = Check(ctx, e, CheckOptions{})
			return err
		}},
	}
}

func ingestDemo(ctx context.Context, e *Env, dir string) (r IngestResult, err error) {
	opt := IngestOptions{Command: "curate demo", Layout: ingest.DefaultLayout()}
	if opt.Roots, err = ingest.Roots([]string{scene.Raw(dir)}, catalog.Canonical); err != nil {
		return r, err
	}
	if opt.Manifest, err = ingest.OpenManifest(scene.Manifest(dir), catalog.Canonical); err != nil {
		return r, err
	}
	defer func() {
		if closeErr := opt.Manifest.Close(); err == nil {
			err = closeErr
		}
	}()
	return Ingest(ctx, e, opt)
}
