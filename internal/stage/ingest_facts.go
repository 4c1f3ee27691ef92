package stage

import (
	"sort"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
)

// said is what is known of a picture at one path: explicit facts replace what was
// recorded before, guessed ones (from folder names) only fill gaps.
type said struct{ explicit, guessed ingest.Facts }

// factsAt gathers what is said of the picture at a stored path. virtual is the path
// as the user would name it, sidecar what its archive says.
func (s *ingesting) factsAt(path, virtual string, sidecar ingest.Facts) (said, error) {
	layout := s.opt.Layout.Read(virtual)
	f := s.opt.Facts
	if s.opt.Manifest != nil {
		row, _, err := s.opt.Manifest.Lookup(path)
		if err != nil {
			return said{}, err
		}
		f = f.Over(row)
	}
	f = f.Over(sidecar)
	if s.opt.Layout.Explicit() {
		return said{explicit: f.Over(layout)}, nil
	}
	return said{explicit: f, guessed: layout}, nil
}

// fresh is what to record of a path seen for the first time.
func (f said) fresh() catalog.Origin { return catalog.Origin(f.explicit.Over(f.guessed)) }

// over is what to record of a known path; changed tells whether it differs from
// what is recorded.
func (f said) over(known catalog.Origin) (o catalog.Origin, changed bool) {
	was := ingest.Facts(known)
	gaps := f.guessed.Missing(was)
	if f.explicit.Within(was) && gaps.Empty() {
		return known, false
	}
	return catalog.Origin(f.explicit.Over(was).Over(gaps)), true
}

func sortedTable(counts map[[2]string]int) []LabelSubject {
	table := make([]LabelSubject, 0, len(counts))
	for k, n := range counts {
		table = append(table, LabelSubject{k[0], k[1], n})
	}
	sort.Slice(table, func(i, j int) bool {
		if table[i].Label != table[j].Label {
			return table[i].Label < table[j].Label
		}
		return table[i].Subject < table[j].Subject
	})
	return table
}
