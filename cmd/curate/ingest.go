package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/stage"
)

type ingestOptions struct {
	label, subject, source string
	layout                 string
	manifest               string
	exclude                []string
}

func newIngestCmd(a *app) *cobra.Command {
	var o ingestOptions
	cmd := &cobra.Command{
		Use:   "ingest PATH...",
		Short: "Take folders, files and archives of pictures into the catalogue",
		Long: `Ingest records every picture under the paths: folders (recursive), single files,
.zip, .tar, .tar.gz and .tar.zst archives, WebDataset tars and Hugging Face Parquet.
What a file is, its content says, not its name. Files are only read, never changed.
Run it again at any time: only what is new or changed is read.

Label and subject come from, in this order: --label and --subject; the row of the
--manifest (TSV, CSV or JSON lines with a column path); sidecars and columns inside
archives; the folders' names. Without --layout a folder named real, ai, fake,
synthetic or generated is the label (the last three mean ai), and one named like a
known subject (car, tree, bird, ...) is the subject. The first three and --layout
replace what was recorded before; guesses from folders only fill gaps.

Hidden files, curate's own files and folders of training runs are passed over.`,
		Example: `  curate ingest photos --source crawl-1
  curate ingest data --manifest data.tsv --exclude '*_thumb.jpg'
  curate ingest shards/*.tar dump.zip --layout '{label}/{subject}'`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runIngest(cmd.Context(), commandLine(cmd, args), args, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.label, "label", "", "`LABEL` of everything that is found (real, ai, or any class)")
	f.StringVar(&o.subject, "subject", "", "`SUBJECT` that everything shows (car, tree, ...)")
	f.StringVar(&o.source, "source", "", "`NAME` of where everything comes from")
	f.StringVar(&o.layout, "layout", "", "what folder names mean, nearest the file last: '{label}/{subject}', '*/{generator}'")
	f.StringVar(&o.manifest, "manifest", "", "`FILE` (TSV, CSV, JSON lines) with a column path, relative to it, and label, subject, source, generator, prompt, ...")
	f.StringArrayVar(&o.exclude, "exclude", nil, "`GLOB` of names (or, with a slash, of ways from PATH) to pass over; may be given again")
	return cmd
}

// runIngest checks everything that the user named before it makes a catalogue.
func (a *app) runIngest(ctx context.Context, command string, args []string, o ingestOptions) (err error) {
	opt := stage.IngestOptions{Command: command, Layout: ingest.DefaultLayout()}
	opt.Facts.Set("label", o.label)
	opt.Facts.Set("subject", o.subject)
	opt.Facts.Set("source", o.source)
	if o.layout != "" {
		if opt.Layout, err = ingest.ParseLayout(o.layout); err != nil {
			return usageError(err)
		}
	}
	if opt.Exclude, err = ingest.NewExcluder(o.exclude); err != nil {
		return usageError(err)
	}
	if opt.Roots, err = ingest.Roots(args, catalog.Canonical); err != nil {
		return err
	}
	if o.manifest != "" {
		if opt.Manifest, err = ingest.OpenManifest(o.manifest, catalog.Canonical); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, opt.Manifest.Close()) }()
	}
	limitMemory()
	return a.withCatalog(ctx, "ingest", collects, func(env *stage.Env) error {
		r, err := stage.Ingest(ctx, env, opt)
		if err != nil {
			return err
		}
		return a.showIngest(r)
	})
}

// limitMemory makes the collector work harder before a gigabyte is reached: big
// pictures leave big garbage. A limit that the user set stands.
func limitMemory() {
	const limit = 768 << 20
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
	}
}

func (a *app) showIngest(r stage.IngestResult) error {
	view, err := catalog.NewView("")
	if err != nil {
		return err
	}
	for i, u := range r.Unusable {
		r.Unusable[i].Path = view.Show(u.Path)
	}
	for i, path := range r.MisnamedAs {
		r.MisnamedAs[i] = view.Show(path)
	}
	a.unusable += r.Invalid + r.Unreadable
	if r.Manifest != nil {
		a.manifestNotices(r.Manifest)
	}
	return a.emit(r, func(w io.Writer) { writeIngest(w, r) })
}

// manifestNotices says which rows of a manifest had no effect.
func (a *app) manifestNotices(m *stage.ManifestSummary) {
	if m.Repeated > 0 {
		a.notice("manifest: %s said twice", count(m.Repeated, "row is", "rows are"))
	}
	if m.Unused == 0 {
		return
	}
	a.notice("manifest: %s of %d had no effect:", count(m.Unused, "row", "rows"), m.Rows)
	for i, u := range m.First {
		if i == 5 {
			a.notice("  ... (--json lists more)")
			break
		}
		a.notice("  line %d: %s: %s", u.Line, printable(u.Path), u.Why)
	}
}

const shownUnusable = 5

func writeIngest(w io.Writer, r stage.IngestResult) {
	fmt.Fprintf(w, "found %d pictures: %d added, %d changed, %d moved, %d unchanged, %d invalid\n",
		r.Found, r.Added, r.Changed, r.Moved, r.Unchanged, r.Invalid)
	var also []string
	for _, c := range []struct {
		n         int
		one, many string
	}{
		{r.Gone, "picture is gone", "pictures are gone"},
		{r.Other, "other file is no picture", "other files are no pictures"},
		{r.Misnamed, "of them is named like a picture", "of them are named like pictures"},
		{r.Archives, "archive", "archives"},
		{r.PassedOver, "link or folder of curate passed over", "links or folders of curate passed over"},
		{r.Relabelled, "known picture has a new label or origin", "known pictures have new labels or origins"},
		{r.Unreadable, "folder cannot be read", "folders cannot be read"},
	} {
		if c.n > 0 {
			also = append(also, count(c.n, c.one, c.many))
		}
	}
	if len(also) > 0 {
		fmt.Fprintf(w, "also: %s\n", strings.Join(also, ", "))
	}
	for _, path := range r.MisnamedAs {
		fmt.Fprintf(w, "  no picture, whatever its name says: %s\n", printable(path))
	}
	if more := r.Misnamed - len(r.MisnamedAs); more > 0 {
		fmt.Fprintf(w, "  and %d more such files\n", more)
	}
	writeUnusable(w, r)
	crossed(r.Table).write(w)
}

func writeUnusable(w io.Writer, r stage.IngestResult) {
	for i, u := range r.Unusable {
		if i == shownUnusable {
			fmt.Fprintf(w, "  ... list all: curate images --status invalid\n")
			return
		}
		fmt.Fprintf(w, "  unusable: %s: %s\n", printable(u.Path), u.Reason)
	}
}
