package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/train/track/remote"
)

const (
	trackHelp = `Track sends a training run's curve, settings, card and report to MLflow or Weights &
Biases: what a server did not take while ` + "`curate train --track`" + ` ran, or a run that was
not tracked there at all. What a server has already is not sent again.

MLflow: MLFLOW_TRACKING_URI names the server, MLFLOW_EXPERIMENT_NAME the experiment
(default curate); MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and
MLFLOW_TRACKING_PASSWORD, let curate in. W&B: WANDB_API_KEY or ~/.netrc has the key,
WANDB_PROJECT and WANDB_ENTITY say where (default curate, and the key's own), WANDB_BASE_URL
names a server of your own.`

	trackExample = `  curate track --to mlflow
  curate track --run full-1 --to mlflow,wandb`
)

func newTrackCmd(a *app) *cobra.Command {
	var o stage.SendTrackOptions
	cmd := &cobra.Command{
		Use: "track", Short: "Send a run's curve to MLflow or Weights & Biases", Long: trackHelp, Example: trackExample,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runTrack(cmd, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.Run, "run", "", "`NAME` or number of the training run (default: the newest)")
	f.StringSliceVar(&o.To, "to", nil, "where to: mlflow, wandb")
	return cmd
}

func (a *app) runTrack(cmd *cobra.Command, o stage.SendTrackOptions) error {
	o.Servers, o.Version = trackServers(), currentVersion()
	if len(o.To) == 0 {
		return usageError(fmt.Errorf("--to says where: mlflow, wandb"))
	}
	if err := o.Check(); err != nil {
		return usageError(fmt.Errorf("--to: %w", err))
	}
	return a.withCatalog(cmd.Context(), "track", works, func(env *stage.Env) error {
		sent, err := stage.SendTrack(cmd.Context(), env, o)
		if err != nil {
			return err
		}
		return a.emit(sent, func(w io.Writer) {
			for _, s := range sent {
				fmt.Fprintf(w, "%s: %s has all %d measurements of it: %s\n", s.Run, s.Tracker, s.Points, s.URL)
			}
		})
	})
}

// trackServers are the servers of trackers, from the variables that their own
// clients read.
func trackServers() stage.TrackServers {
	s := stage.TrackServers{
		MLflow: remote.MLflow{
			URI: os.Getenv("MLFLOW_TRACKING_URI"), Experiment: os.Getenv("MLFLOW_EXPERIMENT_NAME"), Token: os.Getenv("MLFLOW_TRACKING_TOKEN"),
			Username: os.Getenv("MLFLOW_TRACKING_USERNAME"), Password: os.Getenv("MLFLOW_TRACKING_PASSWORD"),
		},
		WandB: remote.WandB{
			BaseURL: os.Getenv("WANDB_BASE_URL"), Key: os.Getenv("WANDB_API_KEY"), Project: os.Getenv("WANDB_PROJECT"), Entity: os.Getenv("WANDB_ENTITY"),
		},
	}
	if s.WandB.Key == "" {
		s.WandB.Key = remote.NetrcPassword(netrcPath(), s.WandB.BaseURL)
	}
	return s
}

// netrcPath is where `wandb login` writes the key.
func netrcPath() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return os.Getenv("NETRC")
	}
	return envOr("NETRC", filepath.Join(home, ".netrc"))
}
