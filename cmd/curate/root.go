package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"
)

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := newApp(stdin, stdout, stderr)
	root := newRootCmd(a)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(a.stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = a.stdout.err // also of help and tables
	}
	if err == nil && a.strict && a.unusable > 0 {
		err = &exitError{code: exitUnusable, err: errUnusable(a.unusable)}
	}
	return a.report(ctx, err)
}

// newRootCmd makes the whole command tree; a new command is one line here.
func newRootCmd(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "curate",
		Short:         "Clean, de-duplicate and split pictures, and train a classifier on them",
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       currentVersion(),
		Args:          usageArgs(cobra.NoArgs),

		PersistentPreRunE: func(*cobra.Command, []string) error { return a.checkFlags() },

		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("curate {{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError(err) })
	a.addFlags(root)
	root.AddCommand(
		newIngestCmd(a),
		newSetupCmd(a),
		newModelCmd(a),
		newDoctorCmd(a),
		newCheckCmd(a),
		newCalibrateCmd(a),
		newDedupCmd(a),
		newEmbedCmd(a),
		newDemoCmd(a),
		newSplitCmd(a),
		newPairsCmd(a),
		newClustersCmd(a),
		newImagesCmd(a),
		newSearchCmd(a),
		newKeepCmd(a),
		newRemoveCmd(a),
		newLabelCmd(a),
		newDistinctCmd(a),
		newSameCmd(a),
		newClearCmd(a),
		newApplyCmd(a),
		newOutliersCmd(a),
		newMislabelsCmd(a),
		newLogCmd(a),
		newUndoCmd(a),
		newRedoCmd(a),
		newRelocateCmd(a),
		newForgetCmd(a),
		newStatusCmd(a),
		newServeCmd(a),
		newBackupCmd(a),
		newAuditCmd(a),
		newTrainCmd(a),
		newTrackCmd(a),
		newEvaluateCmd(a),
		newPredictCmd(a),
		newVersionCmd(a),
	)
	return root
}
