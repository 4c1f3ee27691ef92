package stage

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/audit"
	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/report"
)

// writeReport writes report.html.
func (v *evaluation) writeReport(ctx context.Context) error {
	dir := v.options.dir(v.run)
	d, err := reportDetails(ctx, v.env, v.run.Dir, v.figures.Predictions, v.judged)
	if err != nil {
		return err
	}
	if v.options.chosenOn(v.settings) {
		d.Findings = append(d.Findings, report.Finding{
			Level: report.Bad, Title: "The weights were chosen on these very pictures",
			Text: "These figures are too good, and no measure of new pictures.",
		})
	}
	d.Grid = grid(v.result.Robustness)
	d.More = append(v.result.LeaveOneOut.tables(), v.result.Against.tables()...)
	left := "not known"
	if v.result.LeftOut != nil {
		left = fmt.Sprint(*v.result.LeftOut)
	}
	facts := []train.Fact{
		{Name: "run", Value: v.run.Name}, {Name: "mode", Value: v.settings.Mode}, {Name: "began with", Value: v.settings.Model},
		{Name: "resolution", Value: fmt.Sprint(v.settings.Resolution)}, {Name: "device", Value: v.result.Device},
		{Name: "left out, as learnt from", Value: left}, {Name: "unreadable", Value: fmt.Sprint(len(v.result.Unreadable))},
	}
	v.result.Report = filepath.Join(dir, train.ReportFile)
	return v.figures.WriteHTML(v.result.Report, v.run.Name+" on "+v.result.On, v.result.On, facts, d)
}

// reportDetails is what a report shows of judged pictures beside their figures; dir is
// the folder of the run.
func reportDetails(ctx context.Context, e *Env, dir string, p *metrics.Predictions, judged []judgedPicture) (d train.Details, err error) {
	d.Known = knownOf(judged)
	d.Findings = auditFindings(dir)
	if d.Mistakes, err = worstMistakes(ctx, e, p, judged); err != nil {
		return d, err
	}
	d.Data, d.Facts, err = dataCard(ctx, e)
	return d, err
}

// auditFindings is what the audit has to say before any figure; nothing where it found
// nothing, or did not run.
func auditFindings(dir string) []report.Finding {
	a := AuditResult{AUC: metrics.Value(math.NaN())}
	f, _, err := openRunFile(dir, AuditFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		defer f.Close()
		err = json.NewDecoder(io.LimitReader(f, runFileBytes)).Decode(&a)
	}
	if err != nil {
		return []report.Finding{{Level: report.Warn, Title: "The audit of this run cannot be read", Text: err.Error()}}
	}
	out := report.Finding{Level: report.Bad, Title: "Labels can be told without looking at a pixel", Text: a.Finding}
	switch a.Verdict {
	case audit.Leaks:
	case audit.Hints:
		out.Level, out.Title = report.Warn, "Something besides the pixels hints at the labels"
	case audit.Clean:
		out.Level, out.Title = report.Good, "Labels cannot be told without the pixels"
	default:
		return nil
	}
	if !math.IsNaN(float64(a.AUC)) {
		out.Facts = append(out.Facts, report.Fact{Name: "AUC without pixels", Value: report.Short(float64(a.AUC))})
	}
	var columns []string
	for _, c := range a.Columns[:min(len(a.Columns), 6)] {
		if !math.IsNaN(float64(c.AUC)) && out.Level != report.Good {
			columns = append(columns, fmt.Sprintf("%s (%s alone)", c.Name, report.Short(float64(c.AUC))))
		}
	}
	if len(columns) > 0 {
		out.Facts = append(out.Facts, report.Fact{Name: "given away by", Value: strings.Join(columns, ", ")})
	}
	return []report.Finding{out}
}

// mistakesShown is how many of the worst mistakes a report shows.
const mistakesShown = 24

// mistakeQuality is the quality of their JPEGs.
const mistakeQuality = 80

// worstMistakes returns the pictures to whose class the model gave least, as small
// pictures.
func worstMistakes(ctx context.Context, e *Env, p *metrics.Predictions, judged []judgedPicture) ([]report.Mistake, error) {
	view, err := catalog.NewView("")
	if err != nil {
		return nil, err
	}
	all := judgedAnswers(p, judged, "")
	var wrong []int
	for i, a := range all {
		if !a.Right() {
			wrong = append(wrong, i)
		}
	}
	slices.SortStableFunc(wrong, func(i, j int) int {
		return cmp.Compare(all[i].Probabilities[all[i].Label], all[j].Probabilities[all[j].Label])
	})
	t := openThumbs(e)
	var out []report.Mistake
	for _, i := range wrong[:min(len(wrong), mistakesShown)] {
		m := report.Mistake{Label: all[i].Label, Said: all[i].Said, Probability: all[i].Probability, Path: view.Show(all[i].Path), About: judged[i].about()}
		if small, err := t.view(ctx, judged[i].work); err == nil {
			if m.JPEG, err = edit.EncodeJPEG(small, mistakeQuality); err != nil {
				return nil, errors.Join(err, t.Close())
			}
		}
		out = append(out, m)
	}
	return out, errors.Join(ctx.Err(), t.Close())
}

// about is what is known of a picture, in a line.
func (p judgedPicture) about() string {
	var out []string
	for _, f := range []string{"source", "generator", "subject"} {
		if v := p.fields[f]; v != "" {
			out = append(out, v)
		}
	}
	return strings.Join(out, ", ")
}
