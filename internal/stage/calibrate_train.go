package stage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/curate/curate/train/descriptor"
)

// TrainOwnOptions say how long an encoder is trained on the catalogue's pictures, and
// where that starts.
type TrainOwnOptions struct {
	Model   string        // as --model has it; "" for the encoder that dedup uses now
	Budget  time.Duration // that training may take
	Steps   int           // at most; 0 for the recipe's
	Seed    uint64        // 0 for the recipe's
	Command string        // for the journal
	Version string        // of curate

	Recipe *descriptor.Options // nil for that of the encoder inside the program
}

// Marks are what an encoder is worth on an exam: versions of pictures that it was not
// trained on.
type Marks struct {
	Known  descriptor.Score `json:"known"`  // edits of the kinds that training makes
	Unseen descriptor.Score `json:"unseen"` // kinds that it never makes
}

// TrainOwnResult says by how much training helped. Both marks are of the encoders as
// they run, rounded, on the same pictures.
type TrainOwnResult struct {
	From      string `json:"from"`     // what dedup used before
	Start     string `json:"start"`    // what training started with
	File      string `json:"file"`     // the catalogue's own encoder now; "" where nothing was changed
	Images    int    `json:"images"`   // that were learnt from
	Held      int    `json:"held_out"` // that were not
	Examined  int    `json:"examined"` // versions of pictures that the marks are of
	Steps     int    `json:"steps"`
	Continued int    `json:"continued"`
	Before    Marks  `json:"before"`
	After     Marks  `json:"after"`
	// Gain is in the mean of both APs, GainUnseen in that of kinds that training never makes.
	Gain       descriptor.Gain `json:"gain"`
	GainUnseen descriptor.Gain `json:"gain_unseen"`
	Refused    string          `json:"refused"` // why nothing was changed; "" = the new encoder is in force
	Seconds    float64         `json:"seconds"`
}

// mayFall is by how much AP on kinds of edits that training never made may be lower.
const mayFall = .005

// TrainOwn trains the encoder that dedup uses on the catalogue's pictures for a time,
// with the recipe of the encoder inside the program, and makes what comes out the
// catalogue's own where it is better on pictures kept out of it. Else nothing changes,
// and Refused says why. A run that was stopped goes on when the same is asked again.
func TrainOwn(ctx context.Context, e *Env, o TrainOwnOptions) (r TrainOwnResult, err error) {
	began := time.Now()
	now, err := e.Embedding(Balanced, "")
	if err != nil {
		return r, err
	}
	r.From = now.Model
	work := filepath.Join(e.Cache, "own-encoder")
	if err := forgetDone(work); err != nil {
		return r, err
	}
	start, settings, err := trainingStart(ctx, e, o, now.Model, filepath.Join(work, "start"))
	if err != nil {
		return r, err
	}
	r.Start = start.name
	t := &descriptorRun{env: e, options: DescriptorOptions{
		Model: start.model, Settings: settings, Squash: true, Budget: o.Budget, Out: filepath.Join(work, "run"), Command: o.Command, Version: o.Version,
	}}
	if err := t.plan(ctx); err != nil {
		return r, err
	}
	if err := t.giveUpAnother(); err != nil {
		return r, err
	}
	if err := t.do(ctx); err != nil {
		return r, err
	}
	r.Images, r.Held, r.Steps, r.Continued = t.result.Images, t.result.Held, t.result.Steps, t.result.Continued
	err = r.judge(ctx, t, now)
	if err == nil && r.Refused == "" {
		err = r.adopt(ctx, t)
	}
	if err == nil {
		err = os.RemoveAll(work)
	}
	r.Seconds = time.Since(began).Seconds()
	return r, err
}

// forgetDone removes what a finished training has left that was killed before it was
// judged: it has no checkpoint to go on from.
func forgetDone(work string) error {
	pending, err := descriptor.Unfinished(filepath.Join(work, "run"))
	if err == nil && pending == nil {
		err = os.RemoveAll(work)
	}
	return err
}

// giveUpAnother removes the unfinished training of another encoder or of other
// pictures: there is nobody who could still go on with it.
func (t *descriptorRun) giveUpAnother() error {
	pending, err := descriptor.Unfinished(t.options.Out)
	if err != nil || pending == nil {
		return err
	}
	own := *t.job
	own.Options = pending.Options
	if own.Settings() == pending.Settings {
		return nil
	}
	t.env.Notice("pictures or encoder have changed since training was stopped after step %d: it begins anew", pending.Step)
	return os.RemoveAll(t.options.Out)
}

// judge writes the new encoder beside the run and compares it with the one in force.
func (r *TrainOwnResult) judge(ctx context.Context, t *descriptorRun, now EmbedOptions) error {
	if t.result.Best.Step == 0 {
		r.Refused = "at no measurement was the trained encoder better than the untrained one on pictures kept out"
		return nil
	}
	exam, err := descriptor.NewExam(t.job)
	if err != nil {
		return err
	}
	r.Examined = exam.Len()
	side, _ := t.job.Preprocess.Size()
	_, err = Shrink(ctx, t.env, ShrinkOptions{Model: t.run.Dir, Bits: 8, Resolution: side, Squash: true, Name: "own", Out: t.candidate()})
	if err != nil {
		return fmt.Errorf("write the trained encoder: %w", err)
	}
	var before, after []float32
	if before, r.Before, err = examine(ctx, t.env, exam, now); err != nil {
		return fmt.Errorf("judge the encoder in force: %w", err)
	}
	trained, err := Balanced.Embedding(t.candidate())
	if err == nil {
		after, r.After, err = examine(ctx, t.env, exam, trained)
	}
	if err != nil {
		return fmt.Errorf("judge the trained encoder: %w", err)
	}
	r.Gain, r.GainUnseen = exam.Gain(before, after, t.job.Seed)
	r.Refused = r.refuse()
	return nil
}

// refuse says why the new encoder is not to be taken, or nothing. On other pictures like
// these it must be better too, as far as those kept out can tell: a gain whose interval holds
// 0 may be chance.
func (r *TrainOwnResult) refuse() string {
	g := r.Gain
	switch {
	case !(g.Low > 0):
		return fmt.Sprintf("on %d pictures kept out AP is higher by %.4f, but anything from %.4f to %.4f would be no surprise on others (95 in 100), and it is taken only where all of that is over 0", g.Pictures, g.AP, g.Low, g.High)
	case r.GainUnseen.AP < -mayFall:
		return fmt.Sprintf("of kinds of edits that training never made it finds fewer: AP %.3f, before %.3f", r.After.Unseen.AP, r.Before.Unseen.AP)
	}
	return ""
}

// candidate is where the new encoder lies until it is judged.
func (t *descriptorRun) candidate() string { return filepath.Join(t.run.Dir, "encoder.safetensors") }

// adopt makes the new encoder the catalogue's own, with a calibration. Where none can
// be learnt, what was before is put back.
func (r *TrainOwnResult) adopt(ctx context.Context, t *descriptorRun) (err error) {
	own := t.env.ownEncoderPath()
	before := own + ".before"
	if err := os.Rename(own, before); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	defer func() {
		if err != nil || r.Refused != "" {
			_ = os.Remove(own)
			if back := os.Rename(before, own); !errors.Is(back, fs.ErrNotExist) {
				err = errors.Join(err, back)
			}
			return
		}
		_ = os.Remove(before)
	}()
	if err := os.Rename(t.candidate(), own); err != nil {
		return err
	}
	em, err := Balanced.Embedding(own)
	if err != nil {
		return err
	}
	c, _, _, err := Calibrate(ctx, t.env, CalibrateOptions{Model: em.Model, Layers: em.Layers, Resolution: em.Resolution, Seed: t.job.Seed, Command: t.options.Command})
	if err != nil || c.Refused != "" {
		r.Refused = c.Refused
		return err
	}
	r.File = own
	summary := fmt.Sprintf("own encoder, trained on %d pictures: AP on others higher by %.4f, %.4f to %.4f (curate calibrate --forget goes back)", r.Images, r.Gain.AP, r.Gain.Low, r.Gain.High)
	_, err = t.env.Catalog.Note(ctx, t.options.Command, "calibrate", summary)
	return err
}
