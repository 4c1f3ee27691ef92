package stage

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/runtimelib"
)

// benchSize is the number of vectors: SIZE, else few enough for everyday.
func benchSize(b *testing.B) int {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("SIZE"), "20000"))
	if err != nil || n < 1000 {
		b.Fatalf("SIZE=%s: give a number of vectors, 1000 or more", os.Getenv("SIZE"))
	}
	return n
}

// cpuSeconds is the processor time that this process has used.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return math.NaN()
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// peakMB is the most memory that this process has held, 0 where it cannot be told.
func peakMB() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0
	}
	kb, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		return 0
	}
	return kb / 1024
}

// timed adds up what a multiplier takes.
type timed struct {
	dedup.Multiplier
	took time.Duration
}

func (m *timed) MulT(dst, a, b []float32, rows, cols, k int) error {
	began := time.Now()
	defer func() { m.took += time.Since(began) }()
	return m.Multiplier.MulT(dst, a, b, rows, cols, k)
}

// BenchmarkSearchExact compares a join of SIZE vectors of 256 values (at most 100,000)
// with the products that it consists of: the ratio is of wall times within one run.
func BenchmarkSearchExact(b *testing.B) {
	n := min(benchSize(b), 100_000)
	v, m := randomVectors(b, n, 256), &timed{Multiplier: multiplier(b, 256)}
	for b.Loop() {
		m.took = 0
		began, cpu := time.Now(), cpuSeconds()
		if err := dedup.JoinVectors(context.Background(), v, dedup.VectorJoin{Floor: .3, Multiply: m}, func(int, int) {}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds()/m.took.Seconds(), "x_MatMul")
		b.ReportMetric(cpuSeconds()-cpu, "CPU_s")
		b.ReportMetric(float64(n), "vectors")
	}
}

// BenchmarkSearchSketches joins SIZE vectors by sketches and holds the pairs against those that
// an exact search of some rows finds. The vectors are made of the descriptors of the
// catalogue CURATE_BENCH_CATALOG: see synthetic.
func BenchmarkSearchSketches(b *testing.B) {
	path := os.Getenv("CURATE_BENCH_CATALOG")
	if path == "" {
		b.Skip("CURATE_BENCH_CATALOG names no catalogue with embeddings")
	}
	n := benchSize(b)
	d := openForBench(b, path)
	v := d.synthetic(b, n)
	m := d.multiply
	loaded := peakMB()
	curve := d.learnt.curve(n)
	linkAt, floor := float32(curve.Inverse(.9)), float32(d.learnt.nearest(n))
	for b.Loop() {
		began, cpu := time.Now(), cpuSeconds()
		sketches, err := dedup.NewSketches(context.Background(), v, linkAt-margin, 1, m)
		if err != nil || sketches == nil {
			b.Fatal("no sketches", err)
		}
		sketched, found := cpuSeconds()-cpu, map[[2]int32]bool{}
		join := dedup.VectorJoin{Floor: floor - margin, Multiply: m, Sketches: sketches}
		pairs := 0
		if err := dedup.JoinVectors(context.Background(), v, join, func(x, y int) {
			pairs++
			if float32(v.Cosine(x, y)) >= floor {
				found[[2]int32{int32(x), int32(y)}] = true
			}
		}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), "s")
		b.ReportMetric(cpuSeconds()-cpu, "CPU_s")
		b.ReportMetric(peakMB(), "peak_MB")
		b.Logf("%d vectors of %d values: %.0f CPU s to sketch, %d pairs over %.3f, threshold at %.3f; peak %.0f MB, %.0f of them before the join",
			n, v.Dim(), sketched, pairs, floor, linkAt, peakMB(), loaded)
		recall(b, v, m, floor, linkAt, found)
	}
}

// recall compares some rows with all, exactly, and says how many of their pairs were
// found, over several cosines.
func recall(b *testing.B, v *dedup.Vectors, m dedup.Multiplier, floor, linkAt float32, found map[[2]int32]bool) {
	rng := rand.New(rand.NewPCG(11, 1))
	sample, all := rng.Perm(v.Len())[:min(v.Len(), 8_000)], make([]int, v.Len())
	for i := range all {
		all[i] = i
	}
	limits := []float32{floor, (floor + linkAt) / 2, linkAt}
	exact, got, strangers := make([]int, len(limits)), make([]int, len(limits)), 0
	join := dedup.VectorJoin{Floor: floor, Multiply: m, Left: sample, Right: all}
	err := dedup.JoinVectors(context.Background(), v, join, func(x, y int) {
		for k, limit := range limits {
			if float32(v.Cosine(x, y)) >= limit {
				exact[k]++
				got[k] += truth(found[[2]int32{int32(x), int32(y)}])
			}
		}
		strangers += truth(origin(x) != origin(y))
	})
	if err != nil {
		b.Fatal(err)
	}
	for k, limit := range limits {
		b.Logf("recall at cosine %.3f: %.5f of %d pairs of %d rows", limit, float64(got[k])/float64(exact[k]), exact[k], len(sample))
	}
	b.Logf("%.2f pairs of strangers a row over the floor", float64(strangers)/float64(len(sample)))
	b.ReportMetric(float64(got[2])/float64(exact[2]), "recall")
}

// openForBench loads the descriptors of a catalogue as dedup does.
func openForBench(b *testing.B, path string) *deduping {
	b.Setenv(runtimelib.Env, orttest.Open(b).Path())
	c, err := catalog.Open(b.Context(), path, catalog.ReadOnly)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	e := &Env{Device: "cpu", Catalog: c, Notice: b.Logf}
	d := &deduping{env: e, result: &DedupResult{}, opt: DedupOptions{Kind: catalog.CopyPair}}
	spaces, err := c.Spaces(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range spaces {
		if s.Purpose == catalog.ForCopies {
			d.space = s
		}
	}
	if err := d.loadImages(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := d.loadVectors(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(d.close)
	return d
}

// origin is the picture that a synthetic vector is one of: four in five are themselves,
// every fifth is a copy of one before.
func origin(i int) int {
	if i%5 == 4 {
		return int(uint64(i) * 0x9e3779b97f4a7c15 >> 20 % uint64(i) / 5 * 5)
	}
	return i
}

// mixed is the number of descriptors in a synthetic stranger: so many that of 100,000 about
// one a row is over the floor, as the calibration expects.
const mixed = 13

// synthetic makes n vectors of the descriptors of a catalogue: a stranger is the sum of
// several of them with weights of either sign, and so has their spread; a copy leaves its
// original in such a direction, as far as the edits did that the calibration was fitted on.
func (d *deduping) synthetic(b *testing.B, n int) *dedup.Vectors {
	real, dim := d.scorer.Vectors, d.scorer.Vectors.Dim()
	v := dedup.NewVectors(n, dim)
	near := d.copyCosines()
	row, part, away := make([]float32, dim), make([]float32, dim), make([]float32, dim)
	mix := func(dst []float32, rng *rand.Rand) {
		clear(dst)
		for range mixed {
			real.Row(part, rng.IntN(real.Len()))
			w := float32(rng.NormFloat64())
			for k, x := range part {
				dst[k] += w * x
			}
		}
		scaleTo(dst, 1)
	}
	for i := range n {
		rng := rand.New(rand.NewPCG(uint64(i), 5))
		if mix(row, rng); origin(i) != i {
			copy(away, row)
			v.Row(row, origin(i))
			c := near(rng.Float64())
			along := float32(0)
			for k := range away {
				along += away[k] * row[k]
			}
			for k := range away {
				away[k] -= along * row[k]
			}
			scaleTo(away, float32(math.Sqrt(1-c*c)))
			for k := range row {
				row[k] = row[k]*float32(c) + away[k]
			}
		}
		if err := v.Set(i, row); err != nil {
			b.Fatal(err)
		}
	}
	return v
}

func scaleTo(row []float32, length float32) {
	sum := float32(0)
	for _, x := range row {
		sum += x * x
	}
	if scale := length / float32(math.Sqrt(float64(sum))); sum > 0 {
		for k := range row {
			row[k] *= scale
		}
	}
}

// copyCosines draws cosines as the calibration has those of copies.
func (d *deduping) copyCosines() func(u float64) float64 {
	density := d.learnt.calibration.Copies
	sums, total := make([]float64, len(density.Log)), 0.0
	for k, l := range density.Log {
		total += math.Exp(l)
		sums[k] = total
	}
	return func(u float64) float64 {
		for k, s := range sums {
			if s >= u*total {
				return min(density.Low+density.Step*float64(k), .999)
			}
		}
		return .999
	}
}

// BenchmarkSearchCrowds joins and clusters one component of 20,000 vectors, each of which
// has some 200 others over the threshold, and 10,000 that are nearly the same.
func BenchmarkSearchCrowds(b *testing.B) {
	const dim = 256
	for _, c := range []struct {
		name         string
		n            int
		step, spread float64
	}{{"Chain", 20_000, .081, 0}, {"Alike", 10_000, 0, .05}} {
		b.Run(c.name, func(b *testing.B) {
			v, rank, m := walk(b, c.n, dim, c.step, c.spread), rand.New(rand.NewPCG(2, 2)).Perm(c.n), multiplier(b, dim)
			s := &dedup.Scorer{Vectors: v}
			for b.Loop() {
				var pairs []dedup.Pair
				linked, crowded, cpu := dedup.NewComponents(c.n), make([]bool, c.n), cpuSeconds()
				join := dedup.VectorJoin{Floor: .5, LinkAt: .72, Multiply: m, Link: linked.Join, Crowd: func(i int) { crowded[i] = true }}
				err := dedup.JoinVectors(context.Background(), v, join, func(x, y int) { pairs = append(pairs, s.Pair(x, y)) })
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(cpuSeconds()-cpu, "CPU_s_join")
				cpu = cpuSeconds()
				groups := dedup.Cluster(dedup.Clustering{Pairs: pairs, Threshold: .72, Linked: linked, Crowded: crowded, Rank: rank,
					Similarity: s.Similarity, Likely: s.Likely(m, .72, -1)})
				b.ReportMetric(cpuSeconds()-cpu, "CPU_s_cluster")
				b.Logf("%d pairs, %d components, %d clusters; peak %.0f MB", len(pairs), len(linked.Groups()), len(groups), peakMB())
			}
		})
	}
}

// walk makes vectors that go from one to the next in steps of an angle and are spread round that.
func walk(tb testing.TB, n, dim int, step, spread float64) *dedup.Vectors {
	rng, v := rand.New(rand.NewPCG(3, 3)), dedup.NewVectors(n, dim)
	at, row, scale := make([]float32, dim), make([]float32, dim), 1/math.Sqrt(float64(dim))
	at[0] = 1
	for i := range n {
		for k := range at {
			at[k] += float32(rng.NormFloat64() * step * scale)
			row[k] = at[k] + float32(rng.NormFloat64()*spread*scale)
		}
		scaleTo(at, 1)
		if err := v.Set(i, row); err != nil {
			tb.Fatal(err)
		}
	}
	return v
}
