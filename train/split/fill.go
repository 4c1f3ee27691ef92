package split

// fill takes groups that are in no part yet into one part until it has its share.
type fill struct {
	groups []group
	part   Part
	share  float64

	have, all           map[stratum]int // items in the part, items at all
	haveLabel, allLabel map[string]int
	free                map[string]int // groups of a label still in no part
}

func newFill(groups []group, part Part, share float64) *fill {
	f := &fill{groups: groups, part: part, share: share, have: map[stratum]int{}, all: map[stratum]int{},
		haveLabel: map[string]int{}, allLabel: map[string]int{}, free: map[string]int{}}
	for i := range groups {
		g := &groups[i]
		for s, n := range g.counts {
			f.all[s] += n
			f.allLabel[s.label] += n
		}
		switch g.part {
		case part:
			f.count(g)
		case None:
			f.free[g.stratum.label]++
		}
	}
	return f
}

// run goes through the queue three times: it fills every subject of every label
// up to its share, then every label up to its share from subjects that are short
// of theirs (in small subjects a share is less than one item), and at last gives
// one group to a label that would have nothing in the part.
func (f *fill) run() {
	if f.share == 0 {
		return
	}
	f.each(func(g *group) bool {
		return float64(f.have[g.stratum]+g.size()) <= f.share*float64(f.all[g.stratum])
	})
	f.each(func(g *group) bool {
		label := g.stratum.label
		return float64(f.have[g.stratum]) < f.share*float64(f.all[g.stratum]) &&
			float64(f.haveLabel[label])+float64(g.size())/2 <= f.share*float64(f.allLabel[label])
	})
	f.each(func(g *group) bool {
		label := g.stratum.label
		return f.haveLabel[label] == 0 && f.free[label] > 1 && 2*g.size() <= f.allLabel[label]
	})
}

// each takes every free group that fits at its turn.
func (f *fill) each(fits func(g *group) bool) {
	for i := range f.groups {
		if g := &f.groups[i]; g.part == None && fits(g) {
			g.part = f.part
			f.free[g.stratum.label]--
			f.count(g)
		}
	}
}

func (f *fill) count(g *group) {
	for s, n := range g.counts {
		f.have[s] += n
		f.haveLabel[s.label] += n
	}
}
