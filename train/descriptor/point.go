package descriptor

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/curate/curate/internal/atomicfile"
)

// LogFile is the log of a run in its folder: a [Point] a line.
const LogFile = "log.jsonl"

// Point is one measurement. The losses are means over the steps since the one
// before; at step 0, which is the untrained encoder, there are none.
type Point struct {
	Step    int     `json:"step"`
	Loss    float64 `json:"loss"`
	NCE     float64 `json:"infonce"`
	KoLeo   float64 `json:"koleo"`
	Teach   float64 `json:"distillation"`
	Rate    float64 `json:"rate"`       // part of the highest learning rate
	Known   Score   `json:"known"`      // held-out pictures, edits of the kinds that training makes
	Unseen  Score   `json:"unseen"`     // held-out pictures, edits of the kinds that training never makes
	Seconds float64 `json:"seconds"`    // of training so far
	Speed   float64 `json:"views_rate"` // edited pictures a second since the one before
}

// value is what weights are chosen by. Recall at a precision of .99 is not in it: one
// pair of held-out pictures that are really alike halves it.
func (p Point) value() float64 { return (p.Known.AP + p.Unseen.AP) / 2 }

// clearly is by how much the value of a later point must be lower to count as a fall:
// what training goes on to learn shows on a few held-out pictures late or not at all.
const clearly = .002

// takes tells whether the last of the points is to be chosen: it is better than the
// untrained encoder, and not clearly worse than the best.
func takes(points []Point) bool {
	last, best := points[len(points)-1].value(), 0.
	for _, p := range points {
		best = max(best, p.value())
	}
	return len(points) == 1 || last > points[0].value() && last >= best-clearly
}

// writeLog writes the log anew, so that it never holds what a run that was killed
// and continued did twice.
func writeLog(dir string, points []Point) error {
	var text []byte
	for _, p := range points {
		line, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("write %s: %w", LogFile, err)
		}
		text = append(append(text, line...), '\n')
	}
	return atomicfile.WriteFile(filepath.Join(dir, LogFile), text, os.FileMode(0o644))
}
