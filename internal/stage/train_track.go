package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/track"
	"github.com/curate/curate/train/track/remote"
)

// The trackers.
const (
	TrackTensorBoard = "tensorboard"
	TrackMLflow      = "mlflow"
	TrackWandB       = "wandb"
)

// Trackers lists them.
func Trackers() []string { return []string{TrackTensorBoard, TrackMLflow, TrackWandB} }

// TrackServers are the servers of trackers that have one.
type TrackServers struct {
	MLflow remote.MLflow
	WandB  remote.WandB
}

// Check says what is wrong with trackers: a name, or the settings of a server.
func (s TrackServers) Check(names []string) error {
	for _, name := range names {
		var err error
		switch name {
		case TrackTensorBoard:
		case TrackMLflow:
			err = s.MLflow.Check()
		case TrackWandB:
			err = s.WandB.Check()
		default:
			err = fmt.Errorf("no tracker is called %q; there are %s", name, strings.Join(Trackers(), ", "))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// open begins or goes on with a run on a server.
func (s TrackServers) open(name string, run remote.Run, e *Env) (*remote.Remote, error) {
	notice := func(text string) { e.Notice("%s", text) }
	if name == TrackMLflow {
		return remote.NewMLflow(s.MLflow, run, notice)
	}
	return remote.NewWandB(s.WandB, run, notice)
}

// trackers opens the trackers of the run.
func (t *training) trackers() (all track.All, err error) {
	lines, err := track.NewJSONL(t.run.Dir)
	if err != nil {
		return nil, err
	}
	all = track.All{lines}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(t.options.Track))) {
		var one track.Tracker
		if name == TrackTensorBoard {
			one, err = track.NewTensorBoard(t.run.Dir, time.Now())
		} else {
			var r *remote.Remote
			if r, err = t.options.Servers.open(name, t.remoteRun(), t.env); err == nil {
				t.remotes, one = append(t.remotes, r), r
			}
		}
		if err != nil {
			return nil, errors.Join(err, all.Close())
		}
		all = append(all, one)
	}
	return all, nil
}

// endTracking ends the run on servers. What they did not take is said, and is no
// error.
func (t *training) endTracking(ctx context.Context, failed error) {
	status, files := remote.Finished, trackedFiles(t.run.Dir)
	switch {
	case ctx.Err() != nil:
		status, files = remote.Killed, nil
	case failed != nil:
		status, files = remote.Failed, nil
	}
	for _, r := range t.remotes {
		if err := r.End(ctx, status, files...); err != nil {
			t.env.Notice("%v; `curate track --run %s --to %s` sends them", err, t.run.Name, unsentTo(err))
		}
	}
}

// unsentTo is the tracker that an error of End speaks of.
func unsentTo(err error) string {
	var u *remote.Unsent
	if errors.As(err, &u) {
		return u.Tracker
	}
	return strings.Join(Trackers()[1:], ",")
}

// mostTracked bounds a file that servers get: reports, not weights.
const mostTracked = 32 << 20

// trackedFiles are the files of a run's folder that servers get, where they are
// there.
func trackedFiles(dir string) []string {
	all := []string{train.CardFile, train.ReportFile, train.PlotFile, SheetFile, track.MetricsFile, track.StateFile, preprocess.FileName, "config.json", AuditFile}
	return slices.DeleteFunc(all, func(name string) bool {
		info, err := os.Stat(filepath.Join(dir, name))
		return err != nil || !info.Mode().IsRegular() || info.Size() > mostTracked
	})
}

// remoteRun is what servers are told of the run.
func (t *training) remoteRun() remote.Run {
	return t.record().remote(t.run, t.options.Version)
}

// remote is what servers are told of a run.
func (s runSettings) remote(r catalog.Run, version string) remote.Run {
	o := s.Options
	return remote.Run{Name: r.Name, Dir: r.Dir, Program: "curate " + version, Tags: map[string]string{"mode": s.Mode}, Params: map[string]any{
		"mode": s.Mode, "model": s.Model, "model_hash": s.ModelHash, "resolution": s.Resolution, "classes": strings.Join(s.Classes, ","),
		"positive": s.Positive, "judged_on": s.JudgedOn, "recipe": s.Recipe, "curate_version": version,
		"num_train_epochs": o.Epochs, "learning_rate": o.LR, "train_batch_size": o.Batch, "warmup_ratio": o.Warmup, "seed": o.Seed,
		"max_grad_norm": o.Clip, "adam_beta1": o.Adam.Beta1, "adam_beta2": o.Adam.Beta2, "adam_epsilon": o.Adam.Eps,
		"augment": o.Augment, "balance": o.Balance, "freeze": o.Freeze, "lora_rank": o.LoRA.Rank, "weight_decay": o.Decay, "layer_decay": o.LayerDecay,
		"label_smoothing": o.Smoothing, "mixup": o.Mixup, "cutmix": o.CutMix, "ema": o.EMA, "metric": o.Metric, "early_stop": o.Patience,
	}}
}

// SendTrackOptions say what of a run is sent where.
type SendTrackOptions struct {
	Run     string   // name or number, "" for the newest
	To      []string // names of trackers that have a server
	Servers TrackServers
	Version string // of curate
}

// Check says what is wrong with where a run is to be sent.
func (o SendTrackOptions) Check() error {
	if slices.Contains(o.To, TrackTensorBoard) {
		return fmt.Errorf("%s has no server: it reads the files that `curate train --track %s` leaves in the run's folder", TrackTensorBoard, TrackTensorBoard)
	}
	return o.Servers.Check(o.To)
}

// SentTrack is what one server has of a run.
type SentTrack struct {
	Run     string `json:"run"`
	Tracker string `json:"tracker"`
	Points  int    `json:"points"`
	URL     string `json:"url"`
}

// SendTrack sends servers what they do not have of a run's curve and files: after
// one was down, or of a run that was not tracked there at all. The caller holds the
// catalogue's lock: the run is not under way.
func SendTrack(ctx context.Context, e *Env, o SendTrackOptions) ([]SentTrack, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	r, s, err := trackedRun(ctx, e, o.Run)
	if err != nil {
		return nil, err
	}
	points, err := track.ReadJSONL(r.Dir)
	if err != nil {
		return nil, err
	}
	status, files := remote.Finished, trackedFiles(r.Dir)
	switch r.Status {
	case catalog.Failed:
		status, files = remote.Failed, nil
	case catalog.Running, catalog.Interrupted:
		status, files = remote.Killed, nil
	}
	var out []SentTrack
	for _, name := range o.To {
		one, err := o.Servers.open(name, s.remote(r, o.Version), e)
		if err != nil {
			return out, err
		}
		for _, p := range points {
			err = errors.Join(err, one.Log(p))
		}
		if err = errors.Join(err, one.End(ctx, status, files...)); err != nil {
			return out, err
		}
		n, url := one.Sent()
		out = append(out, SentTrack{r.Name, name, n, url})
	}
	return out, nil
}

// trackedRun finds a training run, whatever became of it: the newest, or the one
// called name.
func trackedRun(ctx context.Context, e *Env, name string) (r catalog.Run, s runSettings, err error) {
	if name != "" {
		r, err = e.Catalog.RunByName(ctx, name)
	} else {
		var runs []catalog.Run
		if runs, err = e.Catalog.Runs(ctx, kindTrain, 1); err == nil && len(runs) == 0 {
			err = errors.New("there is no training run; `curate train` makes one")
		}
		if len(runs) > 0 {
			r = runs[0]
		}
	}
	if err != nil {
		return r, s, err
	}
	if r.Kind != kindTrain {
		return r, s, fmt.Errorf("run %s is no training run but %s", r.Name, r.Kind)
	}
	if err := ownsFolder(ctx, e, r); err != nil {
		return r, s, err
	}
	return r, s, json.Unmarshal(r.Settings, &s)
}
