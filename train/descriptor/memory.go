package descriptor

// memory is a ring of the descriptors of the last steps. They are further negatives
// that cost nothing but their product with those of the step: weights move so little
// in some tens of steps that old descriptors are nearly what new ones would be (Wang
// et al., Cross-Batch Memory for Embedding Learning, 2020).
type memory struct {
	rows  []float32 // [size, dim]; descriptor n of the run is row n % size
	mask  []float32 // [views, size]
	size  int
	views int // of a step
	dim   int
}

// newMemory makes an empty memory, nil where size is 0.
func newMemory(size, views, dim int) *memory {
	if size == 0 {
		return nil
	}
	return &memory{rows: make([]float32, size*dim), mask: make([]float32, views*size), size: size, views: views, dim: dim}
}

// keep stores the descriptors of a step over the oldest.
func (m *memory) keep(step int, descriptors []float32) {
	for v := range m.views {
		row := (step*m.views + v) % m.size
		copy(m.rows[row*m.dim:(row+1)*m.dim], descriptors[v*m.dim:(v+1)*m.dim])
	}
}

// hide returns what is added to the logits of the memory at a step: nothing, or
// noPart where a row shows the same picture as the view or is still empty. pictures
// tells which pictures a step has. The mask is the caller's until the next call.
func (m *memory) hide(step int, pictures func(step int) []int) []float32 {
	now, past, of := pictures(step), []int(nil), -1
	newest := step*m.views - 1
	for back := range m.size { // from the newest on, so that a step is asked for once
		n := newest - back
		if n >= 0 && n/m.views != of {
			of = n / m.views
			past = pictures(of)
		}
		row := ((n % m.size) + m.size) % m.size
		for v := range m.views {
			part := float32(0)
			if n < 0 || past[n%m.views%len(past)] == now[v%len(now)] {
				part = noPart
			}
			m.mask[v*m.size+row] = part
		}
	}
	return m.mask
}
