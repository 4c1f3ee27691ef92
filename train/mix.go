package train

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// mix is a picture that is blended into another one.
type mix struct {
	with           Example
	share          float64 // of the other picture, in pixels and in the label; 0: nothing is blended
	x0, y0, x1, y1 int     // CutMix: the box that it fills, in pixels; mixup has none
}

// mix returns what is blended into picture i of a chunk.
func (c chunk) mix(i int) mix {
	if c.mixes == nil {
		return mix{}
	}
	return c.mixes[i]
}

// mixStream keeps these draws apart from those of the order.
const mixStream = 0x6d69780000000000

// mixes draws partners for the pictures of a step, counted from 0: mixup (Zhang et
// al., 2018) blends with a share from Beta(a, a); CutMix (Yun et al., 2019) puts a
// box of that share in; with both, each picture has one of them by chance. The
// draws depend on seed and step only.
func (j *Job) mixes(step []Example, number int) []mix {
	if j.Mixup == 0 && j.CutMix == 0 {
		return nil
	}
	r := rand.New(rand.NewPCG(j.Seed, mixStream|uint64(number)))
	out := make([]mix, len(step))
	for i, at := range r.Perm(len(step)) {
		if j.Mixup == 0 || j.CutMix > 0 && r.IntN(2) == 1 {
			out[i] = cutMix(r, distuv.Beta{Alpha: j.CutMix, Beta: j.CutMix, Src: r}.Rand(), j.Side)
		} else {
			out[i] = mix{share: distuv.Beta{Alpha: j.Mixup, Beta: j.Mixup, Src: r}.Rand()}
		}
		out[i].with = step[at]
		if at == i {
			out[i].share = 0
		}
	}
	return out
}

// cutMix draws a box of about that share. What lies outside the picture is cut off,
// and the share is what is left.
func cutMix(r *rand.Rand, share float64, side int) mix {
	half := math.Sqrt(share) / 2
	x, y := r.Float64(), r.Float64()
	at := func(v float64) int { return int(math.Round(min(max(v, 0), 1) * float64(side))) }
	m := mix{x0: at(x - half), x1: at(x + half), y0: at(y - half), y1: at(y + half)}
	m.share = float64((m.x1-m.x0)*(m.y1-m.y0)) / float64(side*side)
	return m
}

// blend writes the mixture of two pictures of [3, side, side] to the first.
func (m mix) blend(pixels, other []float32, side int) {
	if m.x1 == 0 {
		s := float32(m.share)
		for i, v := range other {
			pixels[i] += s * (v - pixels[i])
		}
		return
	}
	for c := range 3 {
		for y := m.y0; y < m.y1; y++ {
			row := (c*side + y) * side
			copy(pixels[row+m.x0:row+m.x1], other[row+m.x0:row+m.x1])
		}
	}
}
