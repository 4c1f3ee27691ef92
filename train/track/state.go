package track

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/curate/curate/internal/atomicfile"
)

// StateFile is the name of the file that WriteState writes.
const StateFile = "trainer_state.json"

// State is what trainer_state.json holds, with the Trainer's own field names.
type State struct {
	BestMetric     *float64
	BestStep       int // 0 if no evaluation chose a step
	BestCheckpoint string
	Epoch          float64
	Step, MaxSteps int
	Epochs         int
	MicroBatch     int
	Points         []Point
}

// WriteState writes trainer_state.json to folder as Transformers' TrainerState
// does (trainer_callback.py), so that its tools read the history.
func WriteState(folder string, s State) error {
	history := make([]map[string]any, len(s.Points))
	for i, p := range s.Points {
		history[i] = p.flat()
	}
	var best, step any
	if s.BestCheckpoint != "" {
		best = s.BestCheckpoint
	}
	if s.BestStep > 0 {
		step = s.BestStep
	}
	text, err := json.MarshalIndent(map[string]any{
		"best_global_step": step, "best_metric": s.BestMetric, "best_model_checkpoint": best,
		"epoch": s.Epoch, "eval_steps": 500, "global_step": s.Step, "is_hyper_param_search": false,
		"is_local_process_zero": true, "is_world_process_zero": true, "log_history": history,
		"logging_steps": 1, "max_steps": s.MaxSteps, "num_input_tokens_seen": 0, "num_train_epochs": s.Epochs,
		"save_steps": 500, "stateful_callbacks": map[string]any{}, "total_flos": 0.0,
		"train_batch_size": s.MicroBatch, "trial_name": nil, "trial_params": nil,
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", StateFile, err)
	}
	return atomicfile.WriteFile(filepath.Join(folder, StateFile), append(text, '\n'), 0o644)
}
