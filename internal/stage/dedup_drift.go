package stage

import "math"

// drift bounds how far cosines have moved since a centre was another one. The centre
// of a heap (dedup.Centre) moves a little with every picture, and all embeddings with
// it; as long as the bounds are within the margin that a comparison left, nothing that
// it passed over can have become a pair. nil: nothing has moved.
type drift struct {
	shift  []float32 // the centre now less the former one
	square float64   // of the shift's length
	// Over all embeddings: along the shift, and lengths then against now.
	lowest, highest   float64
	shortest, longest float64
	least             float64 // length now
	any               bool
}

// newDrift returns nil where the centres are the same.
func newDrift(former, now []float32) *drift {
	d := &drift{shift: make([]float32, max(len(former), len(now))), shortest: math.Inf(1), least: math.Inf(1)}
	for k := range d.shift {
		if k < len(now) {
			d.shift[k] += now[k]
		}
		if k < len(former) {
			d.shift[k] -= former[k]
		}
		d.square += float64(d.shift[k]) * float64(d.shift[k])
	}
	if d.square == 0 {
		return nil
	}
	return d
}

// see takes in one embedding, as it is now.
func (d *drift) see(row []float32) {
	if d == nil {
		return
	}
	var along, square float64
	for k, v := range row {
		along += float64(v) * float64(d.shift[k])
		square += float64(v) * float64(v)
	}
	then := math.Sqrt(max(square+2*along+d.square, 0))
	ratio, length := then/math.Sqrt(square), math.Sqrt(square)
	if !d.any {
		d.lowest, d.highest, d.any = along, along, true
	}
	d.lowest, d.highest = min(d.lowest, along), max(d.highest, along)
	d.shortest, d.longest, d.least = min(d.shortest, ratio), max(d.longest, ratio), min(d.least, length)
}

// halfPrecision is more than two cosines of the same vectors can differ because each
// vector was rounded in another place.
const halfPrecision = 1e-3

// above returns what the cosine of two embeddings can be at most now that was under a
// value. With u = then and v = now, u = v + shift, so that
//
//	v.v' = u.u' - shift.v - shift.v' - shift.shift
func (d *drift) above(cosine float32) float32 {
	if d == nil {
		return cosine
	}
	c := float64(cosine)
	ratio := d.longest
	if c < 0 {
		ratio = d.shortest
	}
	return float32(c*ratio*ratio + max(0, -2*d.lowest-d.square)/(d.least*d.least) + halfPrecision)
}

// below returns what the cosine of two embeddings is at least now that was at a value
// or over it.
func (d *drift) below(cosine float32) float32 {
	if d == nil {
		return cosine
	}
	c := float64(cosine)
	ratio := d.shortest
	if c < 0 {
		ratio = d.longest
	}
	return float32(c*ratio*ratio - max(0, 2*d.highest+d.square)/(d.least*d.least) - halfPrecision)
}
