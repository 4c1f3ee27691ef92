package stage

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/curate/curate/catalog"
)

// Targets name the images of a verdict: by what the user typed, or by their faults.
type Targets struct {
	Args     []string // paths, numbers or SHA-256
	Issues   []string // images that are flagged with one of these, and not removed otherwise
	MinScore float64  // with Issues: from this score of one of them on, flagged or not; 0 = flagged
}

// VerdictResult is what a verdict changed, or would change.
type VerdictResult struct {
	Changed int             `json:"changed"` // images or pairs whose verdict is new
	Images  []string        `json:"images"`  // paths that were named or found
	Step    *catalog.StepID `json:"step"`    // of the journal; null: nothing changed
	Kept    int             `json:"kept"`    // images of the whole catalogue afterwards
	Removed int             `json:"removed"`
	Review  int             `json:"review"`
	DryRun  bool            `json:"dry_run"`
}

// Resolve finds the images that arguments name, in their order.
func Resolve(ctx context.Context, e *Env, v catalog.View, args []string) ([]catalog.ImageID, error) {
	ids := make([]catalog.ImageID, len(args))
	for i, arg := range args {
		id, err := e.Catalog.Resolve(ctx, v, arg)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}

// find lists the images of the targets with their paths.
func (t Targets) find(ctx context.Context, e *Env, v catalog.View) (ids []catalog.ImageID, paths []string, err error) {
	if err := wasScored(ctx, e, t.Issues); err != nil {
		return nil, nil, err
	}
	f := catalog.Filter{Issue: t.Issues, MinScore: t.MinScore, Status: []catalog.Status{catalog.Kept, catalog.Review, catalog.Removed}}
	if len(t.Issues) == 0 {
		if ids, err = Resolve(ctx, e, v, t.Args); err != nil {
			return nil, nil, err
		}
		f = catalog.Filter{IDs: ids}
	}
	var found []catalog.ImageID
	for r, err := range e.Catalog.Images(ctx, f) {
		if err != nil {
			return nil, nil, err
		}
		if len(t.Issues) > 0 && r.Status == catalog.Removed && r.Reason.Cause != catalog.CauseVerdict {
			continue // a copy: what is decided of its keeper is decided of it
		}
		found, paths = append(found, r.ID), append(paths, v.Show(r.Path))
	}
	return found, orEmpty(paths), nil
}

// wasScored makes sure that each fault was looked for: that it is nowhere says nothing otherwise.
func wasScored(ctx context.Context, e *Env, issues []string) error {
	for _, name := range issues {
		switch yes, err := e.Catalog.HasScores(ctx, name); {
		case err != nil:
			return err
		case yes:
			continue
		}
		finder := map[string]string{catalog.IssueOutlier: "outliers", catalog.IssueMislabelSubject: "mislabels",
			catalog.IssueMislabelLabel: "mislabels --field label"}[name]
		return fmt.Errorf("no image was ever looked at for %s: run `curate %s` first", name, cmp.Or(finder, "check"))
	}
	return nil
}

// longestName is how many bytes a label or subject may have.
const longestName = 200

// CheckName says what speaks against a label or subject that a person gives. A name is one line: what cannot be seen in it could not be typed again.
func CheckName(field catalog.VerdictKind, name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return fmt.Errorf("a %s has to say something", field)
	case len(name) > longestName:
		return fmt.Errorf("a %s is a name: %d bytes at most", field, longestName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, Unseen):
		return fmt.Errorf("a %s is one line of text without control characters: %s has some", field, strconv.QuoteToGraphic(name))
	}
	return nil
}

// Unseen tells whether a character breaks the line, or turns what stands around it, without being seen itself.
func Unseen(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// Decide records a verdict of one kind on every target; value is the label or subject.
func Decide(ctx context.Context, e *Env, command string, kind catalog.VerdictKind, value string, t Targets, v catalog.View, dry bool) (VerdictResult, error) {
	if kind == catalog.Label || kind == catalog.Subject {
		if err := CheckName(kind, value); err != nil {
			return VerdictResult{}, err
		}
	}
	ids, paths, err := t.find(ctx, e, v)
	if err != nil {
		return VerdictResult{}, err
	}
	ds := make([]catalog.Decision, len(ids))
	for i, id := range ids {
		ds[i] = catalog.Decision{Kind: kind, Image: id, Value: value}
	}
	return decide(ctx, e, command, ds, VerdictResult{Images: paths, DryRun: dry})
}

// DecidePair records a verdict on two images: distinct or same.
func DecidePair(ctx context.Context, e *Env, command string, kind catalog.VerdictKind, a, b string, v catalog.View) (VerdictResult, error) {
	ids, err := Resolve(ctx, e, v, []string{a, b})
	if err != nil {
		return VerdictResult{}, err
	}
	if ids[0] == ids[1] {
		return VerdictResult{}, fmt.Errorf("%s and %s are one image: their bytes are the same", a, b)
	}
	return decide(ctx, e, command, []catalog.Decision{{Kind: kind, Image: ids[0], Other: ids[1]}}, VerdictResult{Images: []string{a, b}})
}

func decide(ctx context.Context, e *Env, command string, ds []catalog.Decision, r VerdictResult) (VerdictResult, error) {
	if r.DryRun {
		effect, err := e.Catalog.Preview(ctx, ds)
		r.Changed = effect.Changed
		r.count(effect.After)
		return r, err
	}
	step, changed, err := e.Catalog.Decide(ctx, command, ds)
	if err != nil {
		return r, err
	}
	return r.after(ctx, e, step, changed)
}

// after fills in the state that a step led to.
func (r VerdictResult) after(ctx context.Context, e *Env, step catalog.StepID, changed int) (VerdictResult, error) {
	r.Changed, r.Step = changed, orNullNumber(step)
	counts, err := e.Catalog.StatusCounts(ctx)
	r.count(counts)
	return r, err
}

func (r *VerdictResult) count(n map[catalog.Status]int) {
	r.Kept, r.Removed, r.Review = n[catalog.Kept], n[catalog.Removed], n[catalog.Review]
}

// Clear takes verdicts back: those on one image, or the one on a pair.
func Clear(ctx context.Context, e *Env, command string, args []string, v catalog.View) (VerdictResult, error) {
	ids, err := Resolve(ctx, e, v, args)
	if err != nil {
		return VerdictResult{}, err
	}
	clear := e.Catalog.Clear
	if len(ids) == 2 {
		clear = func(ctx context.Context, command string, ids ...catalog.ImageID) (catalog.StepID, int, error) {
			return e.Catalog.ClearPair(ctx, command, ids[0], ids[1])
		}
	}
	step, changed, err := clear(ctx, command, ids...)
	if err != nil {
		return VerdictResult{}, err
	}
	return VerdictResult{Images: args}.after(ctx, e, step, changed)
}
