package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/curate/curate/internal/atomicfile"
)

// Unfinished tells whether dir holds a checkpoint of a run with these settings,
// and after how many steps.
func Unfinished(dir, settings string) (step int, ok bool, err error) {
	s, err := newest(dir)
	if err != nil || s == nil || s.Settings != settings {
		return 0, false, err
	}
	return s.Step, true, nil
}

// RemoveCheckpoints removes the checkpoints of a run that is done, half-written
// ones included. A folder that is not there holds none.
func RemoveCheckpoints(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return errors.Join(atomicfile.CleanTemp(dir, 0), removeCheckpoints(dir, nil))
}

// newest reads the state of the newest checkpoint in dir, nil if there is none.
func newest(dir string) (*state, error) {
	steps, err := checkpoints(dir)
	if err != nil || len(steps) == 0 {
		return nil, err
	}
	step := 0
	for _, s := range steps {
		step = max(step, s)
	}
	path := filepath.Join(dir, checkpointPrefix+strconv.Itoa(step), stateFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := &state{}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if s.Version != stateVersion {
		return nil, fmt.Errorf("%s was written by another version of curate; remove the folder to start anew", path)
	}
	return s, nil
}

// checkpoints lists the steps that dir has a checkpoint of.
func checkpoints(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []int
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), checkpointPrefix)
		if step, err := strconv.Atoi(number); ok && err == nil && e.IsDir() {
			out = append(out, step)
		}
	}
	return out, nil
}

func removeCheckpoints(dir string, keep map[int]bool) error {
	steps, err := checkpoints(dir)
	for _, s := range steps {
		if !keep[s] {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, checkpointPrefix+strconv.Itoa(s))))
		}
	}
	return err
}
