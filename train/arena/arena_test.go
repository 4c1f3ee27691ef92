package arena_test

import (
	"slices"
	"testing"

	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/arena"
)

func TestArena(t *testing.T) {
	a := arena.New([]vit.Param{{Name: "w", Shape: []int{2, 3}}, {Name: "b", Shape: []int{2}}, {Name: "own", Shape: []int{1}}})
	m := &vit.Model{Weights: vit.Weights{
		"w": {Shape: []int{2, 3}, Data: []float32{1, 2, 3, 4, 5, 6}}, "b": {Shape: []int{2}, Data: []float32{7, 8}}, "frozen": {Shape: []int{1}, Data: []float32{9}},
	}}
	flat := make([]float32, a.Size())
	if err := a.Fill(flat, m, "own"); err != nil || !slices.Equal(flat, []float32{1, 2, 3, 4, 5, 6, 7, 8, 0}) {
		t.Fatalf("%v, %v", flat, err)
	}
	if err := a.Fill(flat, m); err == nil {
		t.Error("a parameter that the model does not have was filled")
	}
	if got := a.Named(flat, "b"); !slices.Equal(got, []float32{7, 8}) || a.Named(flat, "c") != nil || a.Start(1) != 6 {
		t.Errorf("b is %v and begins at %d", got, a.Start(1))
	}
	flat[6] = 70
	trained := a.Model(m, flat)
	if trained.Weights["b"].Data[0] != 70 || m.Weights["b"].Data[0] != 7 || trained.Weights["frozen"].Data[0] != 9 || len(trained.Weights) != 3 {
		t.Errorf("%v", trained.Weights)
	}
	views, err := a.Tensors(flat)
	if err != nil || len(views) != 3 || views[1].Floats()[0] != 70 || !slices.Equal(views[0].Dims(), []int{2, 3}) {
		t.Errorf("%v, %v", views, err)
	}
}
