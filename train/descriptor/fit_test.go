package descriptor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/internal/vit/vittest"
)

// drawn are n different pictures.
func drawn(n int) []Picture {
	out := make([]Picture, n)
	for i := range out {
		out[i] = Picture{ID: fmt.Sprintf("%064x", i), Pixels: scene.Render(uint64(i), 56, 48)}
	}
	return out
}

// axes is a whitening that learns nothing: it keeps the first values.
func axes(rows [][]float32, _ []int, dim int) (matrix, mean []float32, err error) {
	width := len(rows[0])
	matrix, mean = make([]float32, dim*width), make([]float32, width)
	for i := range dim {
		matrix[i*width+i] = 1
	}
	for _, row := range rows {
		for i, v := range row {
			mean[i] += v / float32(len(rows))
		}
	}
	return matrix, mean, nil
}

// smallJob is a run on drawn pictures with the test model.
func smallJob(t *testing.T, dir string) *Job {
	t.Helper()
	c, err := preprocess.ParseConfig([]byte(vittest.Preprocessing))
	if err != nil {
		t.Fatal(err)
	}
	o := smallOptions()
	o.Batch, o.Steps, o.Every, o.Warmup, o.LR, o.HeadLR, o.Dim = 8, 12, 4, 2, 1e-3, 3e-3, 16
	return &Job{
		Options: o, Model: vittest.Model(t, vittest.Config), ModelKey: "test", Preprocess: c, Pictures: drawn(64), Whiten: axes,
		Runtime: orttest.Open(t), Device: ort.Device{Provider: ort.CPU}, Threads: 1, Dir: dir,
	}
}

func TestTrainingHelpsOnWhatItHasNotSeen(t *testing.T) {
	j := smallJob(t, t.TempDir())
	j.Steps, j.Every = 30, 10
	r, err := Fit(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	var steps []int
	for _, p := range r.Points {
		steps = append(steps, p.Step)
	}
	if !slices.Equal(steps, []int{0, 10, 20, 30}) {
		t.Errorf("measured after steps %v", steps)
	}
	first, best := r.Points[0], r.Points[r.Best]
	if best.Known.AP < first.Known.AP+.05 || best.Unseen.AP < first.Unseen.AP+.03 {
		t.Errorf("AP of the best %.4f and %.4f, untrained %.4f and %.4f", best.Known.AP, best.Unseen.AP, first.Known.AP, first.Unseen.AP)
	}
	if r.Points[3].Loss >= r.Points[1].Loss {
		t.Errorf("the loss went from %.4f to %.4f", r.Points[1].Loss, r.Points[3].Loss)
	}
	if r.Learnt+r.Held != len(j.Pictures) || r.Held < 2 {
		t.Errorf("%d pictures learnt from, %d held out of %d", r.Learnt, r.Held, len(j.Pictures))
	}
	frozen, free := "encoder.layer.0.mlp.fc1.weight", "encoder.layer.1.mlp.fc1.weight"
	if !slices.Equal(r.Model.Weights[frozen].Data, j.Model.Weights[frozen].Data) || slices.Equal(r.Model.Weights[free].Data, j.Model.Weights[free].Data) {
		t.Error("the frozen layer moved, or the free one did not")
	}
}

// killedWhileSaving leaves what a killed process may: half a checkpoint under its
// temporary name, and a line in the log that no checkpoint knows of.
func killedWhileSaving(t *testing.T, dir string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, ".checkpoint-9.curate-tmp-1"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, LogFile), []byte("{\"step\":0}\n{\"step\":4}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// interrupted stops a run after some steps.
func interrupted(t *testing.T, j *Job, after int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := 0
	j.Watch.Step = func() {
		if done++; done == after {
			cancel()
		}
	}
	if _, err := Fit(ctx, j); !errors.Is(err, context.Canceled) {
		t.Fatalf("a stopped run says %v", err)
	}
	j.Watch.Step = nil
}

func TestAContinuedRunIsAnUndisturbedOne(t *testing.T) {
	whole, parted := smallJob(t, t.TempDir()), smallJob(t, t.TempDir())
	whole.Memory, parted.Memory = 40, 40 // of 16 a step: neither a whole number of steps nor all of them
	want, err := Fit(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	interrupted(t, parted, 3)
	killedWhileSaving(t, parted.Dir)
	interrupted(t, parted, 3)
	p, err := Unfinished(parted.Dir)
	if err != nil || p == nil || p.Step != 6 || p.Options.Steps != 12 || p.Settings != parted.Settings() {
		t.Fatalf("unfinished: %+v, %v", p, err)
	}
	got, err := Fit(t.Context(), parted)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Weight, want.Weight) || !slices.Equal(got.Bias, want.Bias) {
		t.Error("the projection is another one")
	}
	for name, w := range want.Model.Weights {
		if !slices.Equal(got.Model.Weights[name].Data, w.Data) {
			t.Errorf("%s differs", name)
		}
	}
	log, err := os.ReadFile(filepath.Join(parted.Dir, LogFile))
	if err != nil || strings.Count(string(log), "\n") != len(want.Points) {
		t.Errorf("log: %s, %v", log, err)
	}
	for i := range want.Points {
		a, b := want.Points[i], got.Points[i]
		a.Seconds, b.Seconds, a.Speed, b.Speed = 0, 0, 0, 0
		if a != b {
			t.Errorf("point %d: %+v, undisturbed %+v", i, b, a)
		}
	}
}

// A run that goes on from what another has left begins where that ended.
func TestGoingOnFromATrainedEncoder(t *testing.T) {
	j := smallJob(t, t.TempDir())
	first, err := Fit(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	next := smallJob(t, t.TempDir())
	next.Model, next.Start, next.Steps, next.Memory = first.Model, &first.Projection, 4, 64
	next.Whiten = nil
	second, err := Fit(t.Context(), next)
	if err != nil {
		t.Fatal(err)
	}
	a, b := first.Points[first.Best], second.Points[0]
	if a.Known != b.Known || a.Unseen != b.Unseen {
		t.Errorf("it begins with %+v, the run before ended with %+v", b, a)
	}
	if j.Settings() == next.Settings() {
		t.Error("both are one run")
	}
	next.Start = &Projection{first.Weight[:8], first.Bias[:1]}
	if _, err := Fit(t.Context(), next); err == nil || !strings.Contains(err.Error(), "the projection to start with") {
		t.Errorf("a projection that does not fit: %v", err)
	}
}

func TestTheTeacherIsFollowed(t *testing.T) {
	j := smallJob(t, t.TempDir())
	for i := range j.Pictures {
		j.Pictures[i].Teacher = []float32{1, 0} // one for all: nothing a descriptor could like
	}
	untaught, err := Fit(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	j.Dir, j.Teach = t.TempDir(), 20
	taught, err := Fit(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := untaught.Points[3].KoLeo, taught.Points[3].KoLeo; b <= a {
		t.Errorf("a teacher to whom all pictures are one: KoLeo %.4f, without it %.4f", b, a)
	}
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		change func(j *Job)
		want   string
	}{
		"too few pictures":  {func(j *Job) { j.Pictures = j.Pictures[:20] }, "too few pictures: there are 20"},
		"all alike":         {func(j *Job) { j.Whiten = alike }, "too much alike"},
		"all alike still":   {func(j *Job) { j.Start = sameForAll(j) }, "too much alike"},
		"too many layers":   {func(j *Job) { j.Layers = 4 }, "4 layers of a model of 3"},
		"nothing to train":  {func(j *Job) { j.Frozen = 3 }, "leave nothing to train"},
		"no steps":          {func(j *Job) { j.Steps = 0 }, "0 steps"},
		"no teacher":        {func(j *Job) { j.Teach = 1 }, "no descriptor by the teacher"},
		"too low a budget":  {func(j *Job) {}, "too short"},
		"too high a rate":   {func(j *Job) { j.LR, j.HeadLR = 1e30, 1e30 }, "lower --lr"},
		"another run there": {func(j *Job) { interrupted(t, j, 1); j.LR *= 2 }, "checkpoint of another run"},
	} {
		t.Run(name, func(t *testing.T) {
			j := smallJob(t, t.TempDir())
			c.change(j)
			_, err := Fit(t.Context(), j)
			if strings.Contains(name, "budget") {
				_, err = Fitting(t.Context(), j, time.Millisecond)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error that says %q", err, c.want)
			}
		})
	}
}

// sameForAll is a projection that makes one descriptor of all pictures.
func sameForAll(j *Job) *Projection {
	p := &Projection{make([]float32, j.Dim*j.Model.Config.Hidden), make([]float32, j.Dim)}
	p.Bias[0] = 1
	return p
}

// alike is what a whitening finds where pictures differ in one direction only.
func alike(rows [][]float32, _ []int, _ int) (matrix, mean []float32, err error) {
	return make([]float32, len(rows[0])), make([]float32, len(rows[0])), nil
}

func TestBudget(t *testing.T) {
	o := Recipe()
	got, err := withSteps(o, 10*time.Minute, time.Minute, 3*time.Second, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if got.Steps < 140 || got.Steps > 165 || got.Every > got.Steps/4 || got.Warmup != got.Steps/10 {
		t.Errorf("%d steps, measured every %d, warm-up %d", got.Steps, got.Every, got.Warmup)
	}
	if got, err = withSteps(o, 100*time.Hour, time.Minute, time.Second, time.Second); err != nil || got.Steps != o.Steps {
		t.Errorf("%d steps where there is time for any number: %v", got.Steps, err)
	}
}
