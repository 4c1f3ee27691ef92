package train

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/curate/curate/internal/vit"
)

// kinds are jobs of every mode and with every setting that a checkpoint must hold.
func kinds() map[string]func(*Job) {
	return map[string]func(*Job){
		"lp-ft":      func(j *Job) { j.Mode, j.Model = ModeLPFT, headed(j) },
		"lora":       func(j *Job) { j.LoRA = LoRA{4, 8, []string{"query", "value"}} },
		"query lora": func(j *Job) { j.LoRA = LoRA{2, 4, []string{"query"}} },
		"freeze":     func(j *Job) { j.Freeze = 1 },
		"adamw":      func(j *Job) { j.Decay, j.LayerDecay, j.Smoothing, j.ClassWeights = .05, .7, .1, []float64{.5, 1.5} },
		"ema":        func(j *Job) { j.EMA = .9 },
		"mix":        func(j *Job) { j.Mixup, j.CutMix = .4, 1 },
		"by auc":     func(j *Job) { j.Metric, j.Patience = "auc", 1 },
		"all lora": func(j *Job) {
			j.LoRA, j.EMA, j.Freeze, j.Metric = LoRA{2, 4, []string{"all"}}, .8, 1, "accuracy"
		},
	}
}

// headed is the job's model with a classifier, as a probe leaves it.
func headed(j *Job) *vit.Model {
	m := withClassifier(j.Model, j.Classes, 99)
	m.Config.Labels = j.Classes
	return m
}

func kind(t *testing.T, name, dir string) *Job {
	t.Helper()
	j := job(t, dir)
	kinds()[name](j)
	return j
}

// TestEveryKindOfRunGoesOn stops runs of every mode in a step and in an evaluation,
// and goes on: weights and figures are those of an undisturbed run, bit for bit.
func TestEveryKindOfRunGoesOn(t *testing.T) {
	for name := range kinds() {
		t.Run(name, func(t *testing.T) {
			want := fit(t, kind(t, name, t.TempDir()))
			for _, stop := range []int{30, 44 + 12, 101} {
				dir := t.TempDir()
				stopAt(t, kind(t, name, dir), stop)
				got := fit(t, kind(t, name, dir))
				if !sameWeights(want.Model, got.Model) || !reflect.DeepEqual(want.Rows, got.Rows) || !reflect.DeepEqual(want.Judged, got.Judged) {
					t.Errorf("stopped at picture %d: other weights or figures than without the stop", stop)
				}
			}
		})
	}
}

// TestFrozenBlocksStayAndCostNothing: no weight of theirs moves, and the graph has
// no gradient of anything in them.
func TestFrozenBlocksStayAndCostNothing(t *testing.T) {
	j := job(t, t.TempDir())
	m, err := start(j)
	if err != nil {
		t.Fatal(err)
	}
	nodes := func(freeze int) (all, gemms int) {
		tune := Tuning{Freeze: freeze}
		g, err := newGraphs(m, nil, tune.moves(m.Config), form{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range g.step.Nodes {
			if all++; n.Op == "Gemm" {
				gemms++
			}
		}
		return all, gemms
	}
	judged, err := newGraphs(m, nil, func(name string) bool { return strings.HasPrefix(name, "classifier.") }, form{})
	if err != nil {
		t.Fatal(err)
	}
	_, whole := nodes(0)
	_, half := nodes(1)
	top, none := nodes(2)
	// A block has six linear layers, each with a product for the gradient of its weight
	// and one for that of its input; the patch embedding has the former. With both
	// blocks frozen, two gradients are left beside the 14 products of the forward pass:
	// the classifier's, and that of what it reads, for the final norm.
	if whole-half != 13 || half-none != 12 || none != 14+2 {
		t.Errorf("%d products in all, %d with one block frozen, %d with both", whole, half, none)
	}
	if forward := len(judged.judge.Nodes); top > forward+30 {
		t.Errorf("%d nodes with all blocks frozen, %d of them forward", top, forward)
	}
	j.Freeze = 1
	r := fit(t, j)
	for name, w := range r.Model.Weights {
		before, ok := j.Model.Weights[name]
		if !ok {
			continue
		}
		if moved := !reflect.DeepEqual(before.Data, w.Data); moved != (m.Config.Depth(name) > 1) {
			t.Errorf("%s: moved %v", name, moved)
		}
	}
}

// TestMergedLogitsAreTheUnmerged: what is saved computes what was trained.
func TestMergedLogitsAreTheUnmerged(t *testing.T) {
	for _, family := range []string{"vit", "deit", "dinov2", "dinov2_with_registers"} {
		j := job(t, t.TempDir())
		j.Model, j.LoRA = tiny(t, family), LoRA{4, 16, []string{"all"}}
		j.LR, j.EMA = 1e-2, .5
		r := fit(t, j)
		for name := range r.Model.Weights {
			if isAdapter(name) {
				t.Errorf("%s: %s is left", family, name)
			}
		}
		for name, w := range j.Model.Weights {
			target := strings.Contains(name, "attention.") || strings.Contains(name, "mlp.")
			if same := reflect.DeepEqual(w.Data, r.Model.Weights[name].Data); same == (target && strings.HasSuffix(name, ".weight")) {
				t.Errorf("%s: %s is the same: %v", family, name, same)
			}
		}
		merged := job(t, t.TempDir())
		merged.Model = r.Model
		merged.Model.Config.Labels = j.Classes
		again, err := newRun(merged)
		if err != nil {
			t.Fatal(err)
		}
		p, err := again.judge(t.Context(), j.Val)
		if err := errors.Join(err, again.machine.Close()); err != nil {
			t.Fatal(err)
		}
		for i, v := range p.Prob {
			if math.Abs(v-r.Judged.Prob[i]) > 1e-4 {
				t.Fatalf("%s: probability %d is %v merged, %v unmerged", family, i, v, r.Judged.Prob[i])
			}
		}
	}
}

// TestDistilledModelsGetOneClassifier: a DeiT with two becomes one of the plain class.
func TestDistilledModelsGetOneClassifier(t *testing.T) {
	j := job(t, t.TempDir())
	j.Model = tiny(t, "deit")
	for _, head := range []string{"cls_classifier", "distillation_classifier"} {
		j.Model.Weights[head+".weight"] = vit.Tensor{Shape: []int{2, 16}, Data: make([]float32, 32)}
		j.Model.Weights[head+".bias"] = vit.Tensor{Shape: []int{2}, Data: make([]float32, 2)}
	}
	said := ""
	j.Epochs, j.Watch.Notice = 1, func(text string) { said += text }
	r := fit(t, j)
	if _, two := r.Model.Weights["cls_classifier.weight"]; two || r.Model.Classes() != 2 || !strings.Contains(said, "two classifiers") {
		t.Errorf("notice %q, weights of two classifiers left: %v", said, two)
	}
}

// TestAveragedWeightsAreJudgedAndKept holds the mean of the weights against its
// definition, step by step.
func TestAveragedWeightsAreJudgedAndKept(t *testing.T) {
	w := []float32{1}
	a := newAverage(.9, w)
	want := 1.
	for step := 1; step <= 200; step++ {
		w[0] = float32(step)
		a.add(w, step, 1)
		d := min(.9, float64(1+step)/float64(10+step))
		want = d*want + (1-d)*float64(step)
	}
	if math.Abs(float64(a.values[0])-want) > 1e-3 {
		t.Errorf("mean %v, want %v", a.values[0], want)
	}
	plain, averaged := job(t, t.TempDir()), job(t, t.TempDir())
	averaged.EMA = .95
	x, y := fit(t, plain), fit(t, averaged)
	for i, row := range x.Rows {
		if row.TrainLoss != y.Rows[i].TrainLoss || row.Eval.Loss == y.Rows[i].Eval.Loss {
			t.Errorf("epoch %d: the mean changes training, or is not what is judged: %+v, %+v", i, row, y.Rows[i])
		}
	}
}

// TestEarlyStop ends a run that gets no better, and keeps the best weights.
func TestEarlyStop(t *testing.T) {
	hopeless := func(dir string) *Job {
		j := job(t, dir)
		j.Epochs, j.LR, j.Patience, j.Metric = 12, .01, 2, "loss"
		for i := range j.Val {
			j.Val[i].Label = 1 - j.Val[i].Label // what is learnt is wrong there
		}
		return j
	}
	j := hopeless(t.TempDir())
	r := fit(t, j)
	if !r.Early || len(r.Rows) != r.Chosen+3 || len(r.Rows) == 12 {
		t.Fatalf("%d rows, chosen %d, early %v", len(r.Rows), r.Chosen, r.Early)
	}
	if best := r.Best(); best.Eval.Loss != r.Judged.Score().Loss {
		t.Errorf("loss %v at best, %v of the weights that are kept", best.Eval.Loss, r.Judged.Score().Loss)
	}
	if next := fit(t, hopeless(j.Dir)); next.Steps != r.Steps || !sameWeights(r.Model, next.Model) {
		t.Errorf("a run that had stopped went on to step %d from %d", next.Steps, r.Steps)
	}
}

func TestJobsThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		want  string
		spoil func(*Job)
	}{
		"early stop without val": {"validation", func(j *Job) { j.Patience, j.Val = 2, nil }},
		"auc of one class":       {"no AUC", func(j *Job) { j.Metric = "auc"; j.Val = j.Val[:1] }},
		"metric":                 {"loss, accuracy, f1, auc", func(j *Job) { j.Metric = "beauty" }},
		"rank":                   {"the model's width, 16", func(j *Job) { j.LoRA = LoRA{17, 1, []string{"query"}} }},
		"target":                 {"query, key, value, output, fc1, fc2 and all", func(j *Job) { j.LoRA = LoRA{2, 4, []string{"nose"}} }},
		"no target":              {"no targets", func(j *Job) { j.LoRA = LoRA{2, 4, nil} }},
		"alpha":                  {"alpha", func(j *Job) { j.LoRA = LoRA{2, -1, []string{"query"}} }},
		"lora of nothing":        {"nothing to adapt", func(j *Job) { j.LoRA, j.Freeze = LoRA{2, 4, []string{"query"}}, 2 }},
		"freeze":                 {"has 2 blocks", func(j *Job) { j.Freeze = 3 }},
		"smoothing":              {"--label-smoothing", func(j *Job) { j.Smoothing = 1 }},
		"decay":                  {"--weight-decay", func(j *Job) { j.Decay = math.NaN() }},
		"layer decay":            {"--layer-decay", func(j *Job) { j.LayerDecay = 1.1 }},
		"ema":                    {"--ema", func(j *Job) { j.EMA = 1 }},
		"mixup":                  {"--mixup", func(j *Job) { j.Mixup = -1 }},
		"weights":                {"3 class weights for 2", func(j *Job) { j.ClassWeights = []float64{1, 2, 3} }},
	} {
		j := job(t, t.TempDir())
		c.spoil(j)
		if _, err := Fit(t.Context(), j); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}
