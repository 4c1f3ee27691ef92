package stage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train"
)

// planTraining finds out what there is to train, without work. All that can be
// refused is refused before a split is made.
func planTraining(ctx context.Context, e *Env, o TrainOptions) (*training, error) {
	t := &training{env: e, options: o, judged: catalog.Val}
	if o.Recipe == RecipeSeed {
		t.judged = catalog.Test
	}
	if _, err := e.device(); err != nil {
		return nil, err
	}
	if err := o.checkNames(); err != nil {
		return nil, err
	}
	if err := refuseUnlabelled(ctx, e); err != nil {
		return nil, err
	}
	var err error
	if t.data, err = loadLabelled(ctx, e, o.Positive); err != nil {
		return nil, err
	}
	if err := t.openModel(ctx); err != nil {
		return nil, err
	}
	if o.Mode != "" {
		if err := t.setMode(o.Mode); err != nil {
			return nil, err
		}
	}
	if err := t.ensureSplit(ctx); err != nil {
		return nil, err
	}
	if val := t.data.rows[catalog.Val]; o.Recipe == RecipeSeed && len(val) > 0 {
		e.Notice("the seed recipe has no validation split: the %d images of val are learnt from", len(val))
		t.data.rows[catalog.Train] = append(t.data.rows[catalog.Train], val...)
		t.data.rows[catalog.Val] = nil
	}
	return t, t.describe()
}

// checkNames says what is no name of a mode or a tracker.
func (o *TrainOptions) checkNames() error {
	if o.Mode != "" && !slices.Contains(Modes(), o.Mode) {
		return fmt.Errorf("no mode is called %q; --mode takes one of %s", o.Mode, strings.Join(Modes(), ", "))
	}
	if o.ClassWeights != "" && o.ClassWeights != BalanceClasses {
		return fmt.Errorf("--class-weights %q: take %s or leave it out", o.ClassWeights, BalanceClasses)
	}
	return o.Servers.Check(o.Track)
}

// openModel finds where training starts and how its pictures are prepared.
func (t *training) openModel(ctx context.Context) (err error) {
	if t.model, err = t.env.Model(ctx, t.options.Model); err != nil {
		return err
	}
	if t.model.File != "" {
		return fmt.Errorf("%s is a bare .onnx graph, which cannot be trained; name a model folder or a Hub id with --model", t.model.Name)
	}
	c, err := preprocess.ReadConfig(t.model.Folder)
	if err != nil {
		return err
	}
	if t.env.Resolution > 0 {
		c = c.WithResolution(t.env.Resolution)
	}
	w, h := c.Size()
	if w != h {
		return fmt.Errorf("%s takes pictures of %d x %d pixels; only square ones can be trained on (--resolution)", t.model.Name, w, h)
	}
	t.config, t.side = c, w
	t.layout, err = vit.ReadConfig(t.model.Folder)
	return err
}

// ensureSplit makes a split where there is none, and says so.
func (t *training) ensureSplit(ctx context.Context) error {
	made, err := t.env.Catalog.Splits(ctx)
	if err != nil || len(made) > 0 {
		return err
	}
	if t.options.Resume {
		return errNothingToResume
	}
	if t.options.Out != "" {
		if err := train.Ready(t.options.Out); err != nil {
			return err
		}
	}
	o := SplitOptions{Val: .1, Test: .2, Seed: t.options.Settings.Seed, GroupBy: []string{byCluster, byPrompt}, Command: t.options.Command}
	if t.options.Recipe == RecipeSeed {
		o.Val = 0
	}
	r, err := Split(ctx, t.env, o)
	if err != nil {
		return err
	}
	t.env.Notice("there was no split: made one of %d train, %d val and %d test images (`curate split` makes another)", r.Train, r.Val, r.Test)
	t.data, err = loadLabelled(ctx, t.env, t.options.Positive)
	return err
}

// describe fills in what is known before the run.
func (t *training) describe() error {
	r := &t.result
	r.Model, r.Resolution, r.Classes, r.Positive = t.model.Name, t.side, t.data.classes, t.data.classes[t.data.positive]
	r.Unreadable = []UnusableInput{}
	t.countImages()
	if r.JudgedOn = "validation"; t.judged == catalog.Test {
		r.JudgedOn = "test"
	}
	if r.Images["train"] == 0 {
		return errors.New("the train split is empty; `curate split` makes another")
	}
	return nil
}

func (t *training) countImages() {
	t.result.Images = map[string]int{}
	for _, s := range []catalog.Split{catalog.Train, catalog.Val, catalog.Test} {
		t.result.Images[string(s)] = len(t.data.rows[s])
	}
}
