package stage

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/curate/curate/train/descriptor"
	"github.com/curate/curate/train/track"
)

// Curve is what was measured along a run, as far as its log goes: a run that is under
// way in another process writes it line by line.
type Curve struct {
	Points  []CurvePoint
	Bad     int       // lines that cannot be read
	Updated time.Time // when the log was last written to
	Next    int64     // byte of the log after the last whole line
}

// CurvePoint is one line of the log. Values of objects have the names of both, with a
// point between: known.ap.
type CurvePoint struct {
	Step   float64
	Epoch  float64
	Values map[string]float64
}

// logFile is the name of the log of a run of that kind, "" if it has none.
func logFile(kind string) string {
	switch kind {
	case kindTrain:
		return track.MetricsFile
	case kindDescriptor:
		return descriptor.LogFile
	}
	return ""
}

// Curve reads the log of a run. Without one the curve has no points.
func (v *Runs) Curve(r RunInfo) (*Curve, error) {
	name := logFile(r.Kind)
	if name == "" || r.Dir == nil {
		return &Curve{}, nil
	}
	c, err := v.curves.get(*r.Dir, name, func(f *os.File, info fs.FileInfo) (*Curve, error) {
		c := &Curve{Updated: info.ModTime().UTC()}
		lines, next, bad, err := wholeLines(f)
		c.Next, c.Bad = next, bad
		for _, line := range lines {
			c.Points = append(c.Points, curvePoint(line))
		}
		return c, err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return &Curve{}, nil
	}
	return c, err
}

// Measured is what a script gets of a run's log.
type Measured struct {
	Points []map[string]any `json:"points"`
	Next   int64            `json:"next"` // asks for what comes after these
	Bad    int              `json:"unreadable"`
}

// Measured returns the lines of a run's log from a byte on, which an earlier call gave
// as Next. A log that has become shorter, as that of a run that was taken up again may,
// is read from its beginning.
func (v *Runs) Measured(r RunInfo, from int64) (Measured, error) {
	m := Measured{Points: []map[string]any{}}
	name := logFile(r.Kind)
	if name == "" || r.Dir == nil {
		return m, nil
	}
	f, info, err := openRunFile(*r.Dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	defer f.Close()
	if from > info.Size() {
		from = 0
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return m, err
	}
	lines, n, bad, err := wholeLines(f)
	m.Points, m.Next, m.Bad = append(m.Points, lines...), from+n, bad
	return m, err
}

// wholeLines reads lines of JSON objects. The last one counts only with its end: it may
// be on its way. Others that are none, such as what a full disk has cut, are counted.
func wholeLines(from io.Reader) (lines []map[string]any, next int64, bad int, err error) {
	r := bufio.NewReader(io.LimitReader(from, runFileBytes))
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return lines, next, bad, nil
		}
		if err != nil {
			return lines, next, bad, err
		}
		next += int64(len(line))
		var m map[string]any
		switch {
		case len(bytes.TrimSpace(line)) == 0:
		case json.Unmarshal(line, &m) != nil || m == nil:
			bad++
		default:
			lines = append(lines, m)
		}
	}
}

func curvePoint(line map[string]any) CurvePoint {
	p := CurvePoint{Values: map[string]float64{}}
	numbers(line, "", p.Values)
	p.Step, p.Epoch = p.Values["step"], p.Values["epoch"]
	return p
}

// numbers collects the numbers of an object.
func numbers(m map[string]any, prefix string, into map[string]float64) {
	for name, v := range m {
		switch v := v.(type) {
		case float64:
			into[prefix+name] = v
		case map[string]any:
			numbers(v, prefix+name+".", into)
		}
	}
}

// Series returns a value of the curve where it was measured, by step, or by epoch.
func (c *Curve) Series(name string, byEpoch bool) (x, y []float64) {
	for _, p := range c.Points {
		v, ok := p.Values[name]
		if !ok {
			continue
		}
		at := p.Step
		if byEpoch {
			at = p.Epoch
		}
		x, y = append(x, at), append(y, v)
	}
	return x, y
}

// Last returns the step of the last point, 0 if there is none.
func (c *Curve) Last() int {
	if len(c.Points) == 0 {
		return 0
	}
	return int(slices.MaxFunc(c.Points, func(a, b CurvePoint) int { return int(a.Step - b.Step) }).Step)
}
