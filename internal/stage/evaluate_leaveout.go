package stage

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/report"
)

// LeaveOneOut is how probes do on what they have learnt nothing from: for each value
// of a field one is fitted without it and judged on it.
type LeaveOneOut struct {
	Field string `json:"field"`
	// Model is the encoder that the probes read. It has seen no label, so nothing of
	// what is left out: that of a probe run is the run's own.
	Model string `json:"model"`
	// OfRun: the judged run is such a probe itself. Else the figures are those of a
	// probe in its place, since the run's weights have learnt from everything.
	OfRun bool       `json:"of_run"`
	Rows  []Held     `json:"rows"`
	Cost  *FullCost  `json:"full_cost"` // null where the run is a probe
	Mean  MeanOfHeld `json:"mean"`
}

// FullCost is what it would take to train the judged run anew without each value.
type FullCost struct {
	Runs    int     `json:"runs"`
	Seconds float64 `json:"seconds"`
}

// MeanOfHeld are plain means over the values that have a figure.
type MeanOfHeld struct {
	Recognised metrics.Value `json:"recognised"`
	AUC        metrics.Value `json:"auc"`
}

// Held is how a probe does that has not learnt from one value.
type Held struct {
	Value  string `json:"value"`
	N      int    `json:"n"`      // pictures with the value that were judged
	Others int    `json:"others"` // pictures of the other classes that were judged with them
	Learnt int    `json:"learnt"` // pictures that the probe has learnt from
	// Recognised is the balanced accuracy on the N pictures at the threshold that is
	// best on validation pictures without the value.
	Recognised   metrics.Value    `json:"recognised"`
	RecognisedCI metrics.Interval `json:"recognised_ci"`
	AUC          metrics.Value    `json:"auc"` // of these and the others
	AUCCI        metrics.Interval `json:"auc_ci"`
	WorstSource  *WorstSource     `json:"worst_source"` // of these and the others
	KnownAUC     metrics.Value    `json:"known_auc"`    // of a probe that has learnt from everything, on the same pictures
	KnownShare   metrics.Value    `json:"known_recognised"`
	Problem      string           `json:"problem"` // why there are no figures, "" if there are
}

// probing is what the probes are fitted on and judged on.
type probing struct {
	job        train.ProbeJob
	train, val []judgedPicture
	held       []judgedPicture // of the evaluation
	features   train.Features  // of held
}

// leaveOneOut refits a probe without each value of the field.
func (v *evaluation) leaveOneOut(ctx context.Context) (*LeaveOneOut, error) {
	field := v.options.LeaveOut
	p, err := v.probing(ctx)
	if err != nil {
		return nil, fmt.Errorf("leave one %s out: %w", field, err)
	}
	out := &LeaveOneOut{Field: field, Model: v.settings.Model, OfRun: v.settings.Mode == ModeProbe, Rows: []Held{}}
	values := valuesOf(p.held, field)
	if len(values) == 0 {
		return nil, fmt.Errorf("no %s is said of the judged pictures: none can be left out", field)
	}
	task := v.env.Progress.Start("leave out", int64(len(values)+1), field+"s")
	defer task.Done()
	whole, threshold, err := p.without(ctx, func(judgedPicture) bool { return false })
	if err != nil {
		return nil, err
	}
	task.Add(1)
	for _, value := range values {
		row, err := p.leaveOut(ctx, field, value, whole, threshold)
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, row)
		task.Add(1)
	}
	out.mean()
	if !out.OfRun {
		took := v.run.Finished.Sub(v.run.Started).Seconds()
		out.Cost = &FullCost{len(values), took * float64(len(values))}
		v.env.Notice("run %s has learnt from every %s, so its own weights say nothing of an unknown one: the figures are those of a probe on %s. Training it anew without each of the %d would take about %s",
			v.run.Name, field, v.settings.Model, len(values), rounded(time.Duration(out.Cost.Seconds*float64(time.Second))))
	}
	return out, nil
}

// valuesOf lists the values of a field that are said of pictures, sorted.
func valuesOf(pictures []judgedPicture, field string) []string {
	var out []string
	for _, p := range pictures {
		if v := p.fields[field]; v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

// probing collects features of what the run has learnt from and of what it was judged
// on.
func (v *evaluation) probing(ctx context.Context) (*probing, error) {
	known, err := readLearnt(v.run.Dir)
	if err != nil {
		return nil, err
	}
	if known == nil {
		return nil, fmt.Errorf("%s is not in %s: what the run learnt from cannot be told", learntFile, v.run.Dir)
	}
	made, err := EnsureEmbeddings(ctx, v.env, EmbedOptions{Model: v.settings.Model, Resolution: v.settings.Resolution})
	switch {
	case err != nil:
		return nil, err
	case made.Head.ID == 0:
		return nil, fmt.Errorf("%s gives no vector for a classifier", v.settings.Model)
	case made.Model.Hash != v.settings.ModelHash:
		return nil, fmt.Errorf("%s is another model now than when the run began with it", v.settings.Model)
	}
	m, err := vit.Load(made.Model.Folder)
	if err != nil {
		return nil, err
	}
	if m, err = m.Resize(v.settings.Resolution); err != nil {
		return nil, err
	}
	classes := v.figures.Predictions.Classes
	p := &probing{job: train.ProbeJob{Model: m, Classes: classes, Positive: v.figures.Predictions.Positive, Threads: v.env.Threads}}
	var hashes []catalog.Hash
	for _, x := range v.judged {
		hashes = append(hashes, x.hash)
	}
	if p.job.Train, p.train, err = embeddedPictures(ctx, v.env, made.Head, known.train, classes); err != nil {
		return nil, err
	}
	if p.job.Val, p.val, err = embeddedPictures(ctx, v.env, made.Head, known.chosen, classes); err != nil {
		return nil, err
	}
	if len(p.train) == 0 {
		return nil, errors.New("nothing of what the run learnt from is in the catalogue any more")
	}
	p.features, p.held, err = embeddedPictures(ctx, v.env, made.Head, hashes, classes)
	p.number(v.judged)
	return p, err
}

// number gives the held pictures the groups that they were judged with.
func (p *probing) number(judged []judgedPicture) {
	groups := map[catalog.Hash]int{}
	for _, j := range judged {
		groups[j.hash] = j.group
	}
	for i := range p.held {
		p.held[i].group = groups[p.held[i].hash]
	}
}

// embeddedPictures returns the images with these contents that have a label of the
// classes and an embedding, with their features, in the order of the catalogue.
func embeddedPictures(ctx context.Context, e *Env, space catalog.Space, hashes []catalog.Hash, classes []string) (f train.Features, out []judgedPicture, err error) {
	f.Dim = space.Dim
	numbers, err := e.Catalog.HasImages(ctx, hashes)
	if err != nil {
		return f, nil, err
	}
	var ids []catalog.ImageID
	for _, id := range numbers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for chunk := range slices.Chunk(ids, nearAtOnce) {
		rows, present, err := e.Catalog.VectorsOf(ctx, space.ID, chunk)
		if err != nil {
			return f, nil, err
		}
		at := map[catalog.ImageID]int{}
		for i, id := range chunk {
			at[id] = i
		}
		for row, err := range e.Catalog.Images(ctx, catalog.Filter{IDs: chunk}) {
			if err != nil {
				return f, nil, err
			}
			i, class := at[row.ID], slices.Index(classes, row.Label)
			if !present[i] || class < 0 {
				continue
			}
			f.Rows, f.Label = append(f.Rows, rows[i*f.Dim:(i+1)*f.Dim]...), append(f.Label, class)
			out = append(out, judgedPicture{id: row.Hash.String(), hash: row.Hash, label: row.Label, fields: fieldsOf(row)})
		}
	}
	return f, out, nil
}

// without fits a probe without the pictures that leave picks, and returns its answers
// for all that are held.
func (p *probing) without(ctx context.Context, leave func(judgedPicture) bool) (*metrics.Predictions, float64, error) {
	return train.Without(ctx, p.job, kept(p.train, leave), kept(p.val, leave), p.features)
}

func kept(pictures []judgedPicture, leave func(judgedPicture) bool) []bool {
	out := make([]bool, len(pictures))
	for i, x := range pictures {
		out[i] = !leave(x)
	}
	return out
}

// leaveOut judges a probe without one value on the pictures with it, and on those of
// the classes that the value has none of.
func (p *probing) leaveOut(ctx context.Context, field, value string, whole *metrics.Predictions, knownThreshold float64) (Held, error) {
	is := func(x judgedPicture) bool { return x.fields[field] == value }
	row := Held{Value: value}
	row.blank()
	mine, both, classes := []int{}, []int{}, map[string]bool{}
	for i, x := range p.held {
		if is(x) {
			mine, classes[x.label] = append(mine, i), true
		}
	}
	for i, x := range p.held {
		if is(x) || !classes[x.label] {
			both = append(both, i)
		}
	}
	row.N, row.Others = len(mine), len(both)-len(mine)
	for _, x := range p.train {
		if !is(x) {
			row.Learnt++
		}
	}
	answers, threshold, err := p.without(ctx, is)
	if errors.Is(err, train.ErrOneClass) {
		row.Problem = err.Error()
		return row, nil
	}
	if err != nil {
		return row, err
	}
	row.fill(p, answers, threshold, mine, both)
	row.KnownShare, row.KnownAUC = whole.Choose(mine).BalancedAccuracy(knownThreshold), whole.Choose(both).Score().AUC
	return row, nil
}

// blank makes every figure undefined.
func (h *Held) blank() {
	no := metrics.Value(math.NaN())
	h.Recognised, h.AUC, h.KnownAUC, h.KnownShare = no, no, no, no
	h.RecognisedCI, h.AUCCI = metrics.Interval{no, no}, metrics.Interval{no, no}
}

func (h *Held) fill(p *probing, answers *metrics.Predictions, threshold float64, mine, both []int) {
	knownTo := func(at []int) train.Known {
		chosen := make([]judgedPicture, len(at))
		for k, i := range at {
			chosen[k] = p.held[i]
		}
		return knownOf(chosen)
	}
	own, all := answers.Choose(mine), answers.Choose(both)
	ownKnown, allKnown := knownTo(mine), knownTo(both)
	by := func(k train.Known) metrics.Sampling {
		return metrics.Sampling{Group: k.Group, Resamples: train.Resamples, Seed: evalSeed}
	}
	h.Recognised, h.RecognisedCI = own.BalancedAccuracy(threshold), own.BalancedInterval(threshold, by(ownKnown))
	h.AUC, h.AUCCI = all.Score().AUC, all.Intervals(by(allKnown))["auc"]
	h.WorstSource = worstSource(train.WorstSource(all, allKnown, threshold, evalSeed))
}

// mean fills in the means over the values.
func (l *LeaveOneOut) mean() {
	of := func(figure func(Held) metrics.Value) metrics.Value {
		sum, n := 0., 0.
		for _, r := range l.Rows {
			if v := float64(figure(r)); !math.IsNaN(v) {
				sum, n = sum+v, n+1
			}
		}
		return metrics.Value(sum / n)
	}
	l.Mean = MeanOfHeld{of(func(h Held) metrics.Value { return h.Recognised }), of(func(h Held) metrics.Value { return h.AUC })}
}

// Says tells what the figures are of.
func (l *LeaveOneOut) Says() string {
	text := fmt.Sprintf("For each %s a probe on %s was fitted without any of its pictures and judged on them, with the judged pictures of the classes that it has none of. Recognised is the share of its own pictures that are told right, at the threshold that is best on validation pictures without it; beside it what a probe does that has learnt from it.", l.Field, l.Model)
	if !l.OfRun {
		text += fmt.Sprintf(" The run itself has learnt from every one: %d trainings of about %s in all would tell how it does.", l.Cost.Runs, rounded(time.Duration(l.Cost.Seconds*float64(time.Second))))
	}
	return text
}

// tables are the figures as a report shows them.
func (l *LeaveOneOut) tables() []report.Table {
	if l == nil {
		return nil
	}
	t := report.Table{
		Title: "Without one " + l.Field, Note: l.Says(), Bar: "recognised",
		Header: []string{l.Field, "pictures", "recognised", "when known", "AUC", "95% interval", "when known", "worst source"},
	}
	for _, h := range l.Rows {
		worst := "–"
		if h.WorstSource != nil {
			worst = report.Short(float64(h.WorstSource.Balanced))
		}
		if h.Problem != "" {
			worst = h.Problem
		}
		n := func(v metrics.Value) string { return report.Short(float64(v)) }
		t.Rows = append(t.Rows, []string{h.Value, fmt.Sprint(h.N), n(h.Recognised), n(h.KnownShare), n(h.AUC), span(h.AUCCI), n(h.KnownAUC), worst})
		t.Bars = append(t.Bars, report.Figure{Value: float64(h.Recognised), Low: float64(h.RecognisedCI[0]), High: float64(h.RecognisedCI[1])})
	}
	return []report.Table{t}
}
