package train

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/internal/vit"
)

// written returns the model that a job begins with, and its graphs.
func written(t *testing.T, j *Job, f form) (*vit.Model, *graphs) {
	t.Helper()
	m, err := start(j)
	if err != nil {
		t.Fatal(err)
	}
	g, err := newGraphs(m, nil, j.moves(m.Config), f)
	if err != nil {
		t.Fatal(err)
	}
	return m, g
}

// ready returns a machine for a job's model, and a micro-batch of all its pictures.
func ready(t *testing.T, j *Job, f form) (*machine, loaded) {
	t.Helper()
	m, g := written(t, j, f)
	k, err := newMachine(j, m, g)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	feed := &feed{open: plain(j.Open), side: j.Side, patch: m.Config.Patch}
	l := loaded{chunk{examples: j.Train, of: len(j.Train), last: true}, make([]float32, len(j.Train)*feed.floats())}
	if err := feed.pictures(context.Background(), l.chunk, l.patches); err != nil {
		t.Fatal(err)
	}
	return k, l
}

// gradient is that of a job's pictures, twice: the sums add up.
func gradient(t *testing.T, j *Job, f form) []float32 {
	t.Helper()
	k, l := ready(t, j, f)
	for range 2 {
		if _, err := k.learn(context.Background(), l); err != nil {
			t.Fatal(err)
		}
	}
	return k.sum
}

// TestFormsGiveTheSameGradients: computing blocks again changes nothing at all, and
// the kernels nothing but rounding.
func TestFormsGiveTheSameGradients(t *testing.T) {
	for _, family := range []string{"vit", "deit", "dinov2", "dinov2_with_registers"} {
		for _, freeze := range []int{0, 1} {
			t.Run(fmt.Sprint(family, " ", freeze), func(t *testing.T) {
				j := job(t, t.TempDir())
				j.Model, j.Freeze = tiny(t, family), freeze
				plain := gradient(t, j, form{})
				kernels := gradient(t, j, form{kernels: true})
				if !slices.Equal(plain, gradient(t, j, form{again: true})) {
					t.Error("plain operators: blocks that are computed again change the gradient")
				}
				if !slices.Equal(kernels, gradient(t, j, form{kernels: true, again: true})) {
					t.Error("kernels: blocks that are computed again change the gradient")
				}
				size, apart := 0., 0.
				for i, v := range plain {
					size = max(size, math.Abs(float64(v)))
					apart = max(apart, math.Abs(float64(v-kernels[i])))
				}
				if !(apart <= 2e-6*size) {
					t.Errorf("kernels differ by %g where the largest gradient is %g", apart, size)
				}
			})
		}
	}
}

// TestThreadsDoNotChangeTheKernels: sums do not depend on who adds them up.
func TestThreadsDoNotChangeTheKernels(t *testing.T) {
	one, three := job(t, t.TempDir()), job(t, t.TempDir())
	three.Threads = 3
	if !slices.Equal(gradient(t, one, form{kernels: true}), gradient(t, three, form{kernels: true})) {
		t.Error("three threads give another gradient than one")
	}
}

// shapes is a ViT-S at 224 pixels of which only the shapes exist.
func shapes(t *testing.T) *vit.Model {
	t.Helper()
	c, err := vit.ParseConfig([]byte(`{"model_type": "vit", "hidden_size": 384, "num_attention_heads": 6, "intermediate_size": 1536}`))
	if err != nil {
		t.Fatal(err)
	}
	m := &vit.Model{Config: c, Weights: vit.Weights{}}
	for _, p := range append(c.Params(), vit.Param{Name: headWeight, Shape: []int{2, 384}}, vit.Param{Name: headBias, Shape: []int{2}}) {
		m.Weights[p.Name] = vit.Tensor{Shape: p.Shape}
	}
	return m
}

// TestPlanMemory: with less memory come smaller micro-batches, then blocks that are
// computed twice, then a refusal that says what would do.
func TestPlanMemory(t *testing.T) {
	j, m := job(t, t.TempDir()), shapes(t)
	j.Side, j.Batch, j.Micro = 224, 64, 0
	plan := func(memory int64) (budget, error) {
		j.Memory = memory
		_, b, err := planMemory(j, m, func(again bool) (*graphs, error) {
			return newGraphs(m, nil, func(string) bool { return true }, form{kernels: true, again: again})
		})
		return b, err
	}
	for _, c := range []struct {
		memory int64
		micro  int
		again  bool
	}{{8 << 30, 5, false}, {1000 << 20, 5, false}, {700 << 20, 2, false}, {600 << 20, 1, false}, {560 << 20, 3, true}} {
		b, err := plan(c.memory)
		if err != nil || b.micro != c.micro || b.again != c.again || b.bytes > c.memory {
			t.Errorf("%d MB: %+v (%d MB), %v; want %d at once, again %v", c.memory>>20, b, b.bytes>>20, err, c.micro, c.again)
		}
	}
	for memory, want := range map[int64]string{520 << 20: "--resolution of at most", 100 << 20: "--mode lora"} {
		if _, err := plan(memory); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d MB: %v", memory>>20, err)
		}
	}
}

// TestPlannedMemoryIsWhatIsTaken: a run takes what was planned for each picture, and
// less than half of it where blocks are computed again. (The less there is, the more
// what the products pack and the gaps between values count.)
func TestPlannedMemoryIsWhatIsTaken(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("skipped: only Linux tells a process its peak")
	}
	took, planned := taken(t, form{kernels: true})
	if took > planned*5/4 || took < planned/2 {
		t.Errorf("%d MB were taken where %d were planned", took>>20, planned>>20)
	}
	if again, _ := taken(t, form{kernels: true, again: true}); again > took/2 {
		t.Errorf("%d MB were taken with blocks that are computed again, %d without", again>>20, took>>20)
	}
}

// taken is what the first run of a graph adds to this process's memory, and what was
// planned for its pictures.
func taken(t *testing.T, f form) (took, planned int64) {
	t.Helper()
	j := job(t, t.TempDir())
	j.Model, j.Side = tall(t), 48
	m, g := written(t, j, f)
	n, err := needs(j, m, g)
	if err != nil {
		t.Fatal(err)
	}
	k, l := ready(t, j, f)
	_ = peak(t)
	before := peak(t)
	if _, err := k.learn(context.Background(), l); err != nil {
		t.Fatal(err)
	}
	return peak(t) - before, int64(len(l.examples)) * n.picture
}

// tall is a narrow model of many blocks and tokens.
func tall(t *testing.T) *vit.Model {
	t.Helper()
	c, err := vit.ParseConfig([]byte(`{"model_type": "vit", "hidden_size": 16, "num_hidden_layers": 8, "num_attention_heads": 2, "intermediate_size": 256, "image_size": 48, "patch_size": 4}`))
	if err != nil {
		t.Fatal(err)
	}
	out := &vit.Model{Config: c, Weights: vit.Weights{}}
	for _, p := range c.Params() {
		n := 1
		for _, d := range p.Shape {
			n *= d
		}
		out.Weights[p.Name] = vit.Tensor{Shape: p.Shape, Data: make([]float32, n)}
	}
	return out
}

// peak resets the peak of this process's memory to what it takes now, having
// returned it.
func peak(t *testing.T) int64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("skipped: " + err.Error())
	}
	var kb int64
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			if _, err := fmt.Sscanf(rest, "%d", &kb); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Skip("skipped: " + err.Error())
	}
	return kb << 10
}
