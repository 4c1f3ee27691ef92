package train

import (
	"fmt"

	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/arena"
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
	// do not fit into its caches and are no faster; with fewer, packing weights and
	// adding up gradients begin to cost, by overhead/tokens.
	tokensAtOnce = 1024
	overhead     = 48
	// library is what the program and the runtime take for themselves.
	library = 100 << 20
)

// budget is how a run keeps within a size of memory.
type budget struct {
	micro int   // pictures at once
	again bool  // blocks are computed again for their gradients
	bytes int64 // taken at the peak, about
}

// need is what a run takes: bytes whatever it does, and for each picture at once.
type need struct{ fixed, picture int64 }

func (n need) bytes(micro int) int64 { return n.fixed + int64(micro)*n.picture }

// planMemory chooses between the graphs of a job, as write writes them, and the
// number of pictures at once: the fastest that fits.
func planMemory(j *Job, m *vit.Model, write func(again bool) (*graphs, error)) (*graphs, budget, error) {
	memory := j.Memory
	if memory == 0 {
		memory = defaultMemory
	}
	var chosen *graphs
	var best budget
	least := 0.
	var n need
	for _, again := range []bool{false, true} {
		g, err := write(again)
		if err != nil {
			return nil, best, err
		}
		if n, err = needs(j, m, g); err != nil {
			return nil, best, err
		}
		micro := j.atOnce(m.Config, n, memory, g.kernels)
		if micro < 1 {
			continue
		}
		time := slowness(again, micro*m.Config.Tokens(j.Side, j.Side))
		if chosen == nil || time < least {
			chosen, least, best = g, time, budget{micro, again, n.bytes(micro)}
		}
	}
	if chosen == nil {
		return nil, best, tooLittle(j, memory, n)
	}
	return chosen, best, nil
}

// atOnce is the number of pictures that fit, and that are of use. One that the job
// names is taken as it is, where the job names no memory.
func (j *Job) atOnce(c vit.Config, n need, memory int64, cpu bool) int {
	fit := int(max(0, (memory-n.fixed)/n.picture))
	if j.Micro > 0 {
		micro := min(j.Micro, j.Batch)
		if j.Memory > 0 && micro > fit {
			return 0
		}
		return micro
	}
	if cpu {
		fit = min(fit, max(1, tokensAtOnce/c.Tokens(j.Side, j.Side)))
	}
	return min(fit, j.Batch)
}

// slowness is the time that a picture takes, in that of a large micro-batch whose
// blocks are computed once: a forward pass is a third of the work.
func slowness(again bool, tokens int) float64 {
	time := 1 + overhead/float64(tokens)
	if again {
		time *= 4. / 3
	}
	return time
}

// needs says what a run of graphs takes.
func needs(j *Job, m *vit.Model, g *graphs) (need, error) {
	one, err := shape.Peak(g.step, 1)
	if err != nil {
		return need{}, err
	}
	two, err := shape.Peak(g.step, 2)
	if err != nil {
		return need{}, err
	}
	weights := 0
	for _, w := range m.Weights {
		weights += len(w.Data)
	}
	// The model that training begins with; weights, their gradient and two moments,
	// and their mean; and what the garbage collector lets lie.
	vectors := 4
	if j.EMA > 0 {
		vectors++
	}
	heap := 4 * int64(weights+vectors*arena.New(g.trained).Size()) * (100 + GCPercent) / 100
	side := int64(j.Side)
	pictures := ahead * 4 * 3 * side * side
	return need{library + heap + max(0, 2*one-two), (two-one)*21/20 + pictures}, nil
}

// tooLittle says what a job would need, and what would do with less.
func tooLittle(j *Job, memory int64, n need) error {
	micro := max(1, min(j.Micro, j.Batch))
	least := n.bytes(micro)
	if n.fixed >= memory {
		return fmt.Errorf("train: %d MB of memory are too few: the weights of this model, their gradients and the optimiser alone take %d MB, and with a picture at %d pixels %d MB. "+
			"Take --memory %dM or more, or a mode that moves fewer weights: --mode lora, --freeze N or --mode probe", memory>>20, n.fixed>>20, j.Side, least>>20, least>>20+1)
	}
	pictures := "one picture at a time"
	if micro > 1 {
		pictures = fmt.Sprintf("%d pictures at a time", micro)
	}
	return fmt.Errorf("train: %d MB of memory are too few: %s at %d pixels take %d MB, even where blocks are computed twice so that less is kept. "+
		"Take --memory %dM or more, or a --resolution of at most %d", memory>>20, pictures, j.Side, least>>20, least>>20+1, fitting(j.Side, memory, n))
}

// fitting is a resolution at which one picture fits: what is kept grows with the
// number of pixels, or faster.
func fitting(side int, memory int64, n need) int {
	for s := side; s > 0; s-- {
		if n.fixed+n.picture*int64(s)*int64(s)/int64(side*side) <= memory {
			return s
		}
	}
	return 0
}
