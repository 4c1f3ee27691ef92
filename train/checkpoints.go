package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/train/checkpoint"
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
	return errors.Join(atomicfile.CleanTemp(dir, 0), checkpoint.Remove(dir))
}

// newest reads the state of the newest checkpoint in dir, nil if there is none.
func newest(dir string) (*state, error) {
	step, ok, err := checkpoint.Newest(dir)
	if err != nil || !ok {
		return nil, err
	}
	path := filepath.Join(checkpoint.Path(dir, step), stateFile)
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
