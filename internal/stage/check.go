package stage

import (
	"context"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/check"
)

// CheckOptions say what Check flags.
type CheckOptions struct {
	Thresholds check.Thresholds // nil for the defaults
}

// CheckResult is the state after Check. Issues and Thresholds have every fault.
type CheckResult struct {
	Images     int                     `json:"images"`  // usable ones in the catalogue
	Checked    int                     `json:"checked"` // of them now, for the first time
	Issues     map[check.Issue]int     `json:"issues"`
	Thresholds map[check.Issue]float64 `json:"thresholds"`
	Unreadable []UnusableInput         `json:"unreadable"` // files that are no longer as they were
	Seconds    float64                 `json:"seconds"`
}

// Check looks for faults in every picture that was not checked before, scores the
// sizes of all against each other, and flags what reaches its threshold. It drops
// nothing and changes no status. Scores are saved as it goes, so a killed check is
// continued by the next.
func Check(ctx context.Context, e *Env, o CheckOptions) (CheckResult, error) {
	began := time.Now()
	if o.Thresholds == nil {
		o.Thresholds = check.Defaults()
	}
	r := CheckResult{Issues: map[check.Issue]int{}, Thresholds: o.Thresholds, Unreadable: []UnusableInput{}}
	if err := checkPictures(ctx, e, o, &r); err != nil {
		return r, err
	}
	if err := checkSizes(ctx, e, o, &r); err != nil {
		return r, err
	}
	usable := []catalog.Status{catalog.Kept, catalog.Removed, catalog.Review}
	for _, name := range check.Issues() {
		if _, err := e.Catalog.SetThreshold(ctx, string(name), o.Thresholds[name]); err != nil {
			return r, err
		}
		n, err := e.Catalog.CountImages(ctx, catalog.Filter{Status: usable, Issue: []string{string(name)}})
		if err != nil {
			return r, err
		}
		r.Issues[name] = n
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

// checkPictures scores what was not scored before.
func checkPictures(ctx context.Context, e *Env, o CheckOptions, r *CheckResult) error {
	need := catalog.Need{Check: check.Version}
	n, err := e.Catalog.QueueLen(ctx, need)
	if err != nil || n == 0 {
		return err
	}
	task := e.Progress.Start("check", int64(n), "images")
	defer task.Done()
	small := openThumbs(e)
	defer small.Close()
	measure := func(ctx context.Context, w catalog.Work) (check.Scores, error) {
		p, err := small.view(ctx, w)
		if err != nil {
			return nil, err
		}
		return check.Picture(p, check.Facts{Width: w.Width, Height: w.Height, Frames: w.Frames}), nil
	}
	return measureAll(ctx, e, e.Catalog.Queue(ctx, need), measure,
		func(ctx context.Context, results []measured[check.Scores]) error {
			task.Add(int64(len(results)))
			var rows []catalog.Checked
			for _, m := range results {
				if m.err != nil {
					r.Unreadable = append(r.Unreadable, UnusableInput{m.work.Path, m.err.Error()})
					continue
				}
				r.Checked++
				rows = append(rows, catalog.Checked{Image: m.work.Image, Issues: judged(m.value, o.Thresholds)})
			}
			return e.Catalog.SaveChecks(ctx, check.Version, rows)
		})
}

func judged(s check.Scores, t check.Thresholds) []catalog.Issue {
	var out []catalog.Issue
	for _, f := range check.Judge(s, t) {
		out = append(out, catalog.Issue{Name: string(f.Issue), Score: f.Score, Threshold: f.Threshold, Flagged: f.Flagged})
	}
	return out
}

// checkSizes scores the size of every picture against those of all.
func checkSizes(ctx context.Context, e *Env, o CheckOptions, r *CheckResult) error {
	var ids []catalog.ImageID
	var widths, heights []int
	for c, err := range e.Catalog.Candidates(ctx) {
		if err != nil {
			return err
		}
		ids = append(ids, c.Image)
		widths, heights = append(widths, c.Width), append(heights, c.Height)
	}
	r.Images = len(ids)
	scores := make([]catalog.Score, len(ids))
	for i, v := range check.Sizes(widths, heights) {
		scores[i] = catalog.Score{Image: ids[i], Value: v}
	}
	return e.Catalog.SaveScores(ctx, string(check.OddSize), o.Thresholds[check.OddSize], scores)
}
