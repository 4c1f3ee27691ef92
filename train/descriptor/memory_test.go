package descriptor

import (
	"slices"
	"testing"
)

// Three views a step of pictures 10s and up, a memory of four.
func TestMemory(t *testing.T) {
	const far = noPart
	pictures := func(step int) []int { return [][]int{{10, 11, 12}, {13, 14, 10}, {11, 13, 15}}[step] }
	m := newMemory(4, 3, 1)
	for step, want := range []struct{ rows, mask []float32 }{
		{[]float32{0, 0, 0, 0}, []float32{far, far, far, far, far, far, far, far, far, far, far, far}},
		{[]float32{1, 2, 3, 0}, []float32{ // of 10, 11, 12, nothing
			0, 0, 0, far, // 13
			0, 0, 0, far, // 14
			far, 0, 0, far, // 10
		}},
		{[]float32{5, 6, 3, 4}, []float32{ // of 14, 10, 12, 13
			0, 0, 0, 0, // 11
			0, 0, 0, far, // 13
			0, 0, 0, 0, // 15
		}},
	} {
		if got := m.hide(step, pictures); !slices.Equal(got, want.mask) {
			t.Errorf("step %d: mask %v, want %v", step, got, want.mask)
		}
		if !slices.Equal(m.rows, want.rows) {
			t.Errorf("step %d: memory %v, want %v", step, m.rows, want.rows)
		}
		m.keep(step, []float32{float32(3*step + 1), float32(3*step + 2), float32(3*step + 3)})
	}
	if newMemory(0, 3, 1) != nil {
		t.Error("a memory of nothing")
	}
}
