package track

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// ReadJSONL returns the points of folder's metrics.jsonl. What was null there is
// left out. A last line that a killed process had no time to finish is passed over.
func ReadJSONL(folder string) ([]Point, error) {
	f, err := os.Open(filepath.Join(folder, MetricsFile))
	if err != nil {
		return nil, fmt.Errorf("read a run's curve: %w", err)
	}
	defer f.Close()
	var points []Point
	var broken error
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if broken != nil {
			return nil, broken
		}
		p, err := parseLine(lines.Bytes())
		if err != nil {
			broken = fmt.Errorf("read a run's curve: %s, line %d: %w", f.Name(), n, err)
			continue
		}
		points = append(points, p)
	}
	return points, lines.Err()
}

func parseLine(line []byte) (Point, error) {
	var m map[string]any
	if err := json.Unmarshal(line, &m); err != nil {
		return Point{}, err
	}
	p := Point{Values: map[string]float64{}}
	for name, v := range m {
		switch v := v.(type) {
		case float64:
			p.Values[name] = v
		case string:
			at, err := time.Parse(time.RFC3339Nano, v)
			if err != nil || name != "time" {
				return Point{}, fmt.Errorf("%s is %q", name, v)
			}
			p.Time = at
		}
	}
	p.Step, p.Epoch = int(p.Values["step"]), p.Values["epoch"]
	delete(p.Values, "step")
	delete(p.Values, "epoch")
	return p, nil
}
