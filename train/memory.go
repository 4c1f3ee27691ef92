package train

import (
	"fmt"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/train/shape"
)

// GCPercent is what runtime/debug.SetGCPercent should be while a job runs: its
// weights are most of the heap, and Go's own 100 would let garbage take as much
// again.
const GCPercent = 25

const (
	// defaultMemory is used where a job names no size.
	defaultMemory = 4 << 30
	// tokensAtOnce is as many tokens as one run of the graph takes on a CPU: more
	// do not fit into its caches and are slower, not faster (a ViT-S loses 8% from
	// 500 to 2,000); with fewer, adding up gradients begins to cost.
	tokensAtOnce = 1024
	// library is what the runtime takes for itself.
	library = 150 << 20
)

// microBatch chooses how many pictures are in memory at once.
func microBatch(j *Job, g *graphs, m *machine) (int, error) {
	if j.Micro > 0 {
		return min(j.Micro, j.Batch), nil
	}
	one, err := shape.Peak(g.step, 1)
	if err != nil {
		return 0, err
	}
	two, err := shape.Peak(g.step, 2)
	if err != nil {
		return 0, err
	}
	side := int64(j.Side)
	// The runtime's arena grows in powers of two: half as much again, on average.
	perPicture := (two-one)*3/2 + ahead*4*3*side*side
	// Weights, gradient, sum, two moments, and the model that training began with;
	// and what the garbage collector lets lie (it is told to be tidy).
	fixed := library + 6*4*int64(m.arena.Size())*(100+GCPercent)/100
	memory := j.Memory
	if memory == 0 {
		memory = defaultMemory
	}
	n := (memory - fixed) / perPicture
	if n < 1 {
		return 0, fmt.Errorf("train: %d MB of memory are too few for this model at %d pixels: one picture at a time needs %d MB (--memory, --resolution)",
			memory>>20, j.Side, (fixed+perPicture)>>20)
	}
	if m.step.Device().Provider == ort.CPU {
		n = min(n, int64(max(1, tokensAtOnce/(m.patches+1))))
	}
	return int(min(n, int64(j.Batch))), nil
}
