package recompute_test

import (
	"slices"
	"testing"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/train/recompute"
)

// TestBlocks: what the first block computed inside is read from its second edition;
// the last block and what stands between blocks are not computed again. That gradients
// stay the same is tested in package train.
func TestBlocks(t *testing.T) {
	g := onnx.New("chain")
	x := g.Op("Abs", []string{g.Input("in", onnx.Float, onnx.Dims(2)...)})
	a := g.Op("Exp", []string{x})
	y := g.Op("Sqrt", []string{a})
	b := g.Op("Exp", []string{y})
	z := g.Op("Sqrt", []string{b})
	forward := len(g.Nodes)
	d := g.Op("Mul", []string{z, b})
	e := g.Op("Mul", []string{d, y})
	g.Output(g.Op("Mul", []string{e, a}), onnx.Float)
	if err := recompute.Blocks(g, forward, []string{x, y, z}); err != nil {
		t.Fatal(err)
	}
	last := g.Nodes[len(g.Nodes)-1]
	if want := []string{e, a + ".again"}; !slices.Equal(last.In, want) {
		t.Errorf("the last node reads %v, want %v", last.In, want)
	}
	exps := 0
	for _, n := range g.Nodes {
		if n.Op == "Exp" {
			exps++
		}
	}
	if exps != 3 {
		t.Errorf("%d inner values are computed, want 2 and one of them again", exps)
	}
}

func TestBlocksRefuses(t *testing.T) {
	for name, bounds := range map[string][]string{"one value": {"Abs_1"}, "unknown": {"Abs_1", "nothing"}, "order": {"Exp_1", "Abs_1"}} {
		g := onnx.New("chain")
		g.Op("Exp", []string{g.Op("Abs", []string{"in"})})
		if recompute.Blocks(g, 2, bounds) == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
