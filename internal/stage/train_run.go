package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train"
)

// runSettings are what the catalogue keeps of a training run.
type runSettings struct {
	Mode       string        `json:"mode"`
	Model      string        `json:"model"`
	ModelHash  string        `json:"model_hash"`
	Resolution int           `json:"resolution"`
	Classes    []string      `json:"classes"`
	Positive   string        `json:"positive"`
	JudgedOn   string        `json:"judged_on"`
	Recipe     string        `json:"recipe,omitempty"`
	Options    train.Options `json:"options"`
	Command    string        `json:"command,omitempty"` // that goes on with it
	Key        string        `json:"key"`               // of any run but a probe: says whether another is the same
}

// kindTrain is the kind of training runs in the catalogue.
const kindTrain = "train"

// record is what the catalogue keeps of the run.
func (t *training) record() runSettings {
	s := runSettings{
		Mode: t.result.Mode, Model: t.model.Name, ModelHash: t.model.Hash, Resolution: t.side, Classes: t.data.classes,
		Positive: t.result.Positive, JudgedOn: t.result.JudgedOn, Recipe: t.options.Recipe, Options: t.settings,
		Command: t.options.Command,
	}
	if s.Mode != ModeProbe {
		s.Key = t.work().Settings()
	}
	return s
}

// start records the run, or takes up an unfinished one that is the same.
func (t *training) start(ctx context.Context) error {
	found, err := t.takeUp(ctx)
	if err != nil || found {
		return err
	}
	name, err := t.freeName(ctx)
	if err != nil {
		return err
	}
	dir, err := t.outDir(ctx, name)
	if err != nil {
		return err
	}
	t.run, err = t.env.Catalog.StartRun(ctx, kindTrain, name, dir, t.record())
	t.result.Run, t.result.Dir = t.run.Name, t.run.Dir
	return err
}

// freeName is the run's name: its mode and the next number.
func (t *training) freeName(ctx context.Context) (string, error) {
	runs, err := t.env.Catalog.Runs(ctx, "", 0)
	if err != nil {
		return "", err
	}
	next := 1
	for _, r := range runs {
		if n, ok := strings.CutPrefix(r.Name, t.result.Mode+"-"); ok {
			if n, err := strconv.Atoi(n); err == nil {
				next = max(next, n+1)
			}
		}
	}
	return fmt.Sprintf("%s-%d", t.result.Mode, next), nil
}

// about is what the run's card and report say.
func (t *training) about(r *train.Result) train.About {
	onHub := strings.HasPrefix(t.model.Source, "hub ")
	return train.About{
		Name: t.run.Name, Base: t.model.Name, BaseOnHub: onHub, Preprocess: t.config, Classes: t.data.classes, Positive: t.data.positive,
		Counts: t.data.counts(), JudgedOn: t.result.JudgedOn, Recipe: t.recipe(r), Version: t.options.Version,
	}
}

// trainRun finds a finished training run: the newest, or the one called name.
func trainRun(ctx context.Context, e *Env, name string) (catalog.Run, runSettings, error) {
	var s runSettings
	r, err := findRun(ctx, e, name)
	if err != nil {
		return r, s, err
	}
	if r.Kind != kindTrain || r.Status != catalog.Done {
		return r, s, fmt.Errorf("run %s is no finished training run (%s, %s)", r.Name, r.Kind, r.Status)
	}
	if err := ownsFolder(ctx, e, r); err != nil {
		return r, s, err
	}
	return r, s, json.Unmarshal(r.Settings, &s)
}

// ownsFolder is an error where a later run was trained into the folder of r, after
// its files were removed.
func ownsFolder(ctx context.Context, e *Env, r catalog.Run) error {
	runs, err := e.Catalog.Runs(ctx, kindTrain, 0)
	if err != nil {
		return err
	}
	for _, later := range runs {
		if later.ID > r.ID && later.Dir == r.Dir {
			return fmt.Errorf("the folder of run %s, %s, is that of run %s now: its model is gone", r.Name, r.Dir, later.Name)
		}
	}
	return nil
}

func findRun(ctx context.Context, e *Env, name string) (catalog.Run, error) {
	if name != "" {
		return e.Catalog.RunByName(ctx, name)
	}
	runs, err := e.Catalog.Runs(ctx, kindTrain, 0)
	if err != nil {
		return catalog.Run{}, err
	}
	i := slices.IndexFunc(runs, func(r catalog.Run) bool { return r.Status == catalog.Done })
	if i < 0 {
		return catalog.Run{}, errors.New("there is no finished training run; `curate train` makes one")
	}
	return runs[i], nil
}
