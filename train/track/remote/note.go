package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/curate/curate/internal/atomicfile"
)

// note is what a run's folder keeps of its run on a server.
type note struct {
	Tracker string   `json:"tracker"`
	Server  string   `json:"server"`
	Run     string   `json:"run"`              // as the server calls it
	In      string   `json:"in,omitempty"`     // the experiment or entity/project
	URL     string   `json:"url,omitempty"`    // where a person sees it
	Params  bool     `json:"params,omitempty"` // the server has the settings (MLflow)
	Sent    int      `json:"sent"`             // points of metrics.jsonl
	Files   []string `json:"files,omitempty"`
	Ended   Status   `json:"ended,omitempty"`
}

// NoteFile is the name of the file in a run's folder that says what a tracker has.
func NoteFile(tracker string) string { return "tracking-" + tracker + ".json" }

// readNote reads the note of an earlier part of the run. One that is of another
// server is not for this one.
func readNote(dir, tracker, server string) (note, error) {
	fresh := note{Tracker: tracker, Server: server}
	data, err := os.ReadFile(filepath.Join(dir, NoteFile(tracker)))
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, nil
	}
	if err != nil {
		return fresh, fmt.Errorf("track a run: %w", err)
	}
	var n note
	if err := json.Unmarshal(data, &n); err != nil {
		return fresh, fmt.Errorf("track a run: %s: %w; remove the file to begin a new run there", filepath.Join(dir, NoteFile(tracker)), err)
	}
	if n.Server != server || n.Sent < 0 {
		return fresh, nil
	}
	return n, nil
}

func (n note) write(dir string) error {
	data, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return fmt.Errorf("track a run: %w", err)
	}
	return atomicfile.WriteFile(filepath.Join(dir, NoteFile(n.Tracker)), append(data, '\n'), 0o644)
}
