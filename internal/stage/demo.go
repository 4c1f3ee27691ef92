package stage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/progress"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/train"
)

// DemoOptions say which heap the demo draws, and where.
type DemoOptions struct {
	Dir     string
	Count   int // scenes without fault; copies, edits and faults come on top
	Seed    uint64
	Version string // of curate, for the card of the classifier
}

// DemoResult is what the demo did and found.
type DemoResult struct {
	Dir      string         `json:"dir"`
	Files    int            `json:"files"` // that were drawn, whatever they are
	Drawn    bool           `json:"drawn"` // false: they were there already
	Ingest   IngestResult   `json:"ingest"`
	Check    CheckResult    `json:"check"`
	Embed    EmbedResult    `json:"embed"`
	Dedup    DedupResult    `json:"dedup"`
	Split    SplitResult    `json:"split"`
	Train    TrainResult    `json:"train"`
	Evaluate EvaluateResult `json:"evaluate"`
	Truth    DemoTruth      `json:"truth"`
	Steps    []DemoSeconds  `json:"steps"`
	Seconds  float64        `json:"seconds"`
}

// DemoSeconds is how long one stage took.
type DemoSeconds struct {
	Stage   string  `json:"stage"`
	Seconds float64 `json:"seconds"`
}

// ReadyForDemo says what the demo lacks on this machine and how to get it, before
// anything is drawn.
func ReadyForDemo(ctx context.Context, e *Env) error {
	if _, err := e.Runtime(); err != nil {
		return fmt.Errorf("the demo needs the runtime library: %w", err)
	}
	if _, err := e.device(); err != nil {
		return err
	}
	if _, err := e.Model(ctx, ""); err != nil {
		return fmt.Errorf("the demo needs the standard encoder, of which pip has a package and npm has none: %w (with Python's pip installed); your own pictures can be worked on with another encoder, named with --model", err)
	}
	return nil
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

// steps are the main job with the settings that its commands have by default,
// and the mode of training that takes seconds.
func (r *DemoResult) steps(e *Env, o DemoOptions) []demoStep {
	const command = "curate demo"
	split := SplitOptions{Command: command, Val: .1, Test: .2, Seed: 42, GroupBy: []string{byCluster, byPrompt}}
	probe := TrainOptions{
		Command: command, Mode: ModeProbe, Settings: train.Recipe(), Track: []string{"tensorboard"},
		Out: filepath.Join(o.Dir, "runs", "probe"), Version: o.Version,
	}
	return []demoStep{
		{"ingest", step(&r.Ingest, func(ctx context.Context) (IngestResult, error) { return ingestDemo(ctx, e, o.Dir) })},
		{"check", step(&r.Check, func(ctx context.Context) (CheckResult, error) { return Check(ctx, e, CheckOptions{}) })},
		{"embed", step(&r.Embed, func(ctx context.Context) (EmbedResult, error) {
			return Embed(ctx, e, EmbedOptions{}) // here, because dedup alone would not ask for what train reads
		})},
		{"dedup", step(&r.Dedup, func(ctx context.Context) (DedupResult, error) {
			return Dedup(ctx, e, DedupOptions{Command: command, Threshold: .9, HashDistance: 6})
		})},
		{"split", step(&r.Split, func(ctx context.Context) (SplitResult, error) { return Split(ctx, e, split) })},
		{"train", step(&r.Train, func(ctx context.Context) (TrainResult, error) {
			if err := os.RemoveAll(probe.Out); err != nil { // what the demo before this one trained
				return TrainResult{}, err
			}
			return Train(ctx, e, probe)
		})},
		{"evaluate", step(&r.Evaluate, func(ctx context.Context) (EvaluateResult, error) {
			return Evaluate(ctx, e, EvaluateOptions{Split: "test", By: []string{"generator"}})
		})},
	}
}

// step runs a stage and keeps its result.
func step[R any](result *R, run func(ctx context.Context) (R, error)) func(ctx context.Context) error {
	return func(ctx context.Context) (err error) {
		*result, err = run(ctx)
		return err
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
