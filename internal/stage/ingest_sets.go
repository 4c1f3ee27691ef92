package stage

import (
	"slices"

	"github.com/curate/curate/catalog"
)

// marks is a set of row numbers, one bit each.
type marks struct{ bits []uint64 }

func (m *marks) set(id int64) {
	word := int(id / 64)
	if word >= len(m.bits) {
		m.bits = append(m.bits, make([]uint64, max(word+1-len(m.bits), len(m.bits)/2))...)
	}
	m.bits[word] |= 1 << (id % 64)
}

func (m *marks) has(id int64) bool {
	word := int(id / 64)
	return word < len(m.bits) && m.bits[word]&(1<<(id%64)) != 0
}

// goneSet holds locations whose file is gone, so that new files with the same
// content are known as moved.
type goneSet struct {
	byHash map[catalog.Hash][]catalog.LocationID
}

func (g *goneSet) add(id catalog.LocationID, h catalog.Hash) {
	if g.byHash == nil {
		g.byHash = map[catalog.Hash][]catalog.LocationID{}
	}
	g.byHash[h] = append(g.byHash[h], id)
}

// take gives one gone location with this content away; 0 when there is none.
func (g *goneSet) take(h catalog.Hash) catalog.LocationID {
	ids := g.byHash[h]
	if len(ids) == 0 || h.IsZero() {
		return 0
	}
	g.byHash[h] = ids[1:]
	return ids[0]
}

func (g *goneSet) ids() []catalog.LocationID {
	var all []catalog.LocationID
	for _, ids := range g.byHash {
		all = append(all, ids...)
	}
	slices.Sort(all)
	return all
}
