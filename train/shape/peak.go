package shape

import (
	"fmt"

	"github.com/curate/curate/internal/onnx"
)

// Peak returns the most bytes that the values computed by g take at one time,
// where each lives from its node to the last one that reads it, and every symbol
// stands for batch. Inputs, outputs and weights are not counted: they are the
// caller's. It is an estimate: a runtime lets some results take the place of an
// input, and keeps memory between runs.
func Peak(g *onnx.Graph, batch int) (int64, error) {
	t, err := Infer(g)
	if err != nil {
		return 0, fmt.Errorf("memory of %s: %w", g.Name, err)
	}
	last := map[string]int{}
	for i, n := range g.Nodes {
		for _, in := range n.In {
			last[in] = i
		}
	}
	given := map[string]bool{}
	for _, o := range g.Outputs {
		given[o.Name] = true
	}
	var now, peak int64
	ends := make([]int64, len(g.Nodes))
	for i, n := range g.Nodes {
		for _, out := range n.Out {
			if given[out] {
				continue
			}
			size := t.bytes(out, batch)
			now += size
			ends[max(last[out], i)] += size
		}
		peak = max(peak, now)
		now -= ends[i]
	}
	return peak, nil
}

// bytes returns the size of a value; one of unknown shape counts for nothing.
func (t *Table) bytes(value string, batch int) int64 {
	s, ok := t.shapes[value]
	if !ok {
		return 0
	}
	return int64(s.Elements(batch)) * int64(max(t.types[value].Size(), 1))
}
