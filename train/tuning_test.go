package train

import (
	"math"
	"slices"
	"testing"

	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/arena"
)

// TestTargetsAreTorchs holds the mean loss against
// torch.nn.CrossEntropyLoss(weight=[.5, 2, 1], label_smoothing=.1) of torch 2.15:
// for labels, and for its soft labels without weights.
func TestTargetsAreTorchs(t *testing.T) {
	logits := [][]float64{{1, 2, .5}, {.1, -.3, 2}, {0, 0, 1}}
	at := func(a aim, c chunk) float64 {
		sum := 0.
		for i, v := range a.targets(c) {
			row := logits[i/3]
			total := 0.
			for _, z := range row {
				total += math.Exp(z)
			}
			sum += float64(v) * (row[i%3] - math.Log(total))
		}
		return sum
	}
	examples := []Example{{Label: 1}, {Label: 2}, {Label: 0}}
	a := aim{3, .1, []float64{.5, 2, 1}}
	c := chunk{examples: examples, of: 3, weight: a.total(examples, nil)}
	if got := at(a, c); math.Abs(got-0.632642222) > 1e-6 {
		t.Errorf("weighted and smoothed: %v", got)
	}
	mixed := chunk{examples: examples[:2], of: 2, mixes: []mix{{with: examples[1], share: .25}, {}}}
	if got := at(aim{3, 0, nil}, mixed); math.Abs(got-0.531187148) > 1e-6 {
		t.Errorf("soft labels: %v", got)
	}
}

func TestBalancedWeights(t *testing.T) {
	// sklearn.utils.class_weight.compute_class_weight("balanced", classes=[0, 1], y=[0, 0, 0, 1])
	if got := BalancedWeights([]Example{{}, {}, {}, {Label: 1}}, 2); !slices.Equal(got, []float64{4. / 6, 2}) {
		t.Errorf("weights %v", got)
	}
}

// TestAdamWIsTorchs holds three steps against torch.optim.AdamW with two groups:
// lr .1, weight_decay .5, and lr .05 without (torch 2.15).
func TestAdamWIsTorchs(t *testing.T) {
	w, m := []float32{1, -2, .5}, newMoments(3)
	groups := []group{{0, 2, 1, .5}, {2, 3, .5, 0}}
	for step, g := range [][]float32{{.1, -.2, 0}, {.3, .2, 1e-4}, {-.5, .1, 0}} {
		Adam{.9, .999, 1e-8}.update(w, g, m, stride{step + 1, .1, 1, groups}, 2)
	}
	for i, v := range []float32{0.69602716, -1.65464330, 0.43404239} {
		if math.Abs(float64(w[i]-v)) > 1e-6 {
			t.Errorf("weight %d is %v, want %v", i, w[i], v)
		}
	}
}

// TestRatesFallTowardsTheInput: BEiT's scheme, and no decay for what is no matrix.
func TestRatesFallTowardsTheInput(t *testing.T) {
	m := withClassifier(tiny(t, "dinov2_with_registers"), []string{"a", "b"}, 1)
	params := append(m.Config.Params(), vit.Param{Name: headWeight, Shape: []int{2, 32}}, vit.Param{Name: headBias, Shape: []int{2}})
	a := arena.New(params)
	of := func(name string) group {
		at := slices.IndexFunc(params, func(p vit.Param) bool { return p.Name == name })
		for _, g := range groups(a, m.Config, &Tuning{LayerDecay: .5, Decay: .1}) {
			if g.lo <= a.Start(at) && a.Start(at+1) <= g.hi {
				return g
			}
		}
		t.Fatalf("no group of %s", name)
		return group{}
	}
	for name, want := range map[string][2]float64{
		"embeddings.cls_token": {.125, 0}, "embeddings.position_embeddings": {.125, 0}, "embeddings.register_tokens": {.125, 0},
		"embeddings.patch_embeddings.projection.weight": {.125, .1},
		"encoder.layer.0.mlp.fc1.weight":                {.25, .1}, "encoder.layer.1.mlp.fc1.bias": {.5, 0},
		"encoder.layer.1.layer_scale1.lambda1": {.5, 0}, "layernorm.weight": {1, 0}, headWeight: {1, .1}, headBias: {1, 0},
	} {
		if g := of(name); g.rate != want[0] || g.decay != want[1] {
			t.Errorf("%s: rate %v, decay %v, want %v", name, g.rate, g.decay, want)
		}
	}
	if all := groups(a, m.Config, &Tuning{}); len(all) != 1 || all[0].hi != a.Size() {
		t.Errorf("without any setting: %v", all)
	}
}

// TestMixesAreDrawnByStep: each step of a run has its own, the same every time, and
// shares of labels are those of pixels.
func TestMixesAreDrawnByStep(t *testing.T) {
	j := &Job{Side: 8}
	j.Seed, j.Mixup, j.CutMix = 5, .8, 1
	step := examples(64, 0)
	a := j.mixes(step, 3)
	if !slices.Equal(a, j.mixes(step, 3)) || slices.Equal(a, j.mixes(step, 4)) {
		t.Error("mixes do not follow from seed and step")
	}
	boxes := 0
	for _, m := range a {
		pixels, other := make([]float32, 3*64), make([]float32, 3*64)
		for i := range other {
			other[i] = 1
		}
		m.blend(pixels, other, 8)
		sum := 0.
		for _, v := range pixels {
			sum += float64(v)
		}
		if m.x1 > 0 {
			boxes++
		}
		if m.share < 0 || m.share > 1 || math.Abs(sum/(3*64)-m.share) > 1e-5 && m.share > 0 {
			t.Errorf("share %v, but %v of the pixels", m.share, sum/(3*64))
		}
	}
	if boxes < 10 || boxes > 54 {
		t.Errorf("%d of 64 are boxes", boxes)
	}
}
