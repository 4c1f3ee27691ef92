package train

import (
	"math"
	"slices"
	"strings"

	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/arena"
)

// group is a range of the flat weights that moves alike.
type group struct {
	lo, hi int
	rate   float64 // part of the learning rate
	decay  float64 // weight decay
}

// groups parts the weights of an arena. Rates fall by LayerDecay from layer to layer
// towards the input, as in BEiT's fine-tuning (Bao et al., 2022): the head and the
// final norm have the whole rate. Biases, norms, scales of branches, tokens and
// positions have no weight decay.
func groups(a *arena.Arena, c vit.Config, t *Tuning) []group {
	var out []group
	for i, p := range a.Params {
		g := group{lo: a.Start(i), hi: a.Start(i + 1), rate: 1}
		if t.LayerDecay > 0 {
			g.rate = math.Pow(t.LayerDecay, float64(c.Layers+1-c.Depth(p.Name)))
		}
		if decays(p) {
			g.decay = t.Decay
		}
		if n := len(out); n > 0 && out[n-1].rate == g.rate && out[n-1].decay == g.decay {
			out[n-1].hi = g.hi
			continue
		}
		out = append(out, g)
	}
	return out
}

// decays tells whether weight decay is for a weight: for matrices.
func decays(p vit.Param) bool {
	if strings.HasSuffix(p.Name, "_token") || strings.HasSuffix(p.Name, "_tokens") || strings.HasSuffix(p.Name, "position_embeddings") {
		return false
	}
	long := func(d int) bool { return d > 1 }
	return len(p.Shape) > 1 && slices.ContainsFunc(p.Shape, long)
}

// moves tells which weights of a model are trained.
func (t *Tuning) moves(c vit.Config) func(name string) bool {
	return func(name string) bool {
		switch {
		case strings.HasPrefix(name, "classifier."):
			return true
		case t.LoRA.Rank > 0:
			return isAdapter(name)
		}
		return t.Freeze == 0 || c.Depth(name) > t.Freeze
	}
}
