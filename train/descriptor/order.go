package descriptor

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
)

// hold parts the pictures into those that are learnt from and those that are held
// out, by content alone: the same picture is on the same side in every set, as far
// as the part asks for.
func hold(pictures []Picture, part float64) (learn, held []Picture) {
	sorted := slices.Clone(pictures)
	slices.SortFunc(sorted, func(a, b Picture) int { return strings.Compare(a.ID, b.ID) })
	for _, p := range sorted {
		if share(p.ID) < part {
			held = append(held, p)
		} else {
			learn = append(learn, p)
		}
	}
	return learn, held
}

// share spreads ids over [0, 1).
func share(id string) float64 {
	return float64(stream("held "+id)>>11) / (1 << 53)
}

// stream is the number of the random stream of a name.
func stream(name string) uint64 {
	sum := sha256.Sum256([]byte(name))
	return binary.LittleEndian.Uint64(sum[:])
}

// batch returns the pictures of a step, counted from 0: n different ones of the
// total. They follow from seed and step alone, so a run can go on from any step.
func batch(total, n int, seed uint64, step int) []int {
	per := total / n
	order := rand.New(rand.NewPCG(seed, 0x6f72646572<<20+uint64(step/per))).Perm(total)
	return order[step%per*n:][:n]
}

// viewStream is the random stream of a view of a step.
func viewStream(seed uint64, step, view int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 1<<63|uint64(step)<<16|uint64(view)))
}
