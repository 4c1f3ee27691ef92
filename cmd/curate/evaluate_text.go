package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/train/metrics"
)

// writeEvaluate prints an evaluation for people.
func writeEvaluate(w io.Writer, r stage.EvaluateResult, by []string) {
	fmt.Fprintf(w, "%s on %s: %s, positive class %s (%d)\n\n", r.Run, r.On, count(r.N, "image", "images"), r.Positive, r.Positives)
	if r.LeftOut != nil && *r.LeftOut > 0 {
		fmt.Fprintf(w, "left out, as the run has learnt from them or their groups: %s\n\n", count(*r.LeftOut, "image", "images"))
	}
	writeFigures(w, r)
	writeConfusion(w, r)
	for _, field := range by {
		writeGroups(w, field, r.Per[field])
	}
	writeRobustness(w, r.Robustness)
	writeLeaveOneOut(w, r.LeaveOneOut)
	writeAgainst(w, r.Run, r.Against)
	fmt.Fprintf(w, "\nreport: %s\n", r.Report)
}

// writeFigures prints every figure; what the worst source is like stands below the AUC.
func writeFigures(w io.Writer, r stage.EvaluateResult) {
	line := func(name string, v metrics.Value, ci metrics.Interval, more string) {
		fmt.Fprintf(w, "%-10s %8s  %s to %s%s\n", name, figure(v), figure(ci[0]), figure(ci[1]), more)
	}
	fmt.Fprintf(w, "%-10s %8s  95%% interval\n", "", "value")
	r.Each(func(name string, v *metrics.Value) {
		line(name, *v, r.CI[name], "")
		if name != "auc" {
			return
		}
		line("balanced", r.Balanced, r.BalancedCI, "  balanced accuracy at "+thresholdText(r))
		if s := r.WorstSource; s != nil {
			line("worst", s.Balanced, s.CI, fmt.Sprintf("  the same of the worst source, %s (%s)", orDash(s.Source), count(s.N, "image", "images")))
		}
	})
	if c := r.Calibrated; c != nil {
		fmt.Fprintf(w, "\nwith the temperature %.3f, fitted on validation: ece %s, loss %s, brier %s\n", c.Temperature, figure(c.ECE), figure(c.Loss), figure(c.Brier))
	}
	if r.OneClass {
		fmt.Fprintln(w, "\nEvery source has pictures of one class only: a model that knows the source and nothing else would score as well.")
	}
}

func thresholdText(r stage.EvaluateResult) string {
	if r.ThresholdFrom == nil {
		return fmt.Sprintf("%.3f", r.Threshold)
	}
	return fmt.Sprintf("%.3f, chosen on %s", r.Threshold, *r.ThresholdFrom)
}

func writeConfusion(w io.Writer, r stage.EvaluateResult) {
	fmt.Fprintf(w, "\n%-16s", "true \\ said")
	for _, c := range r.Classes {
		fmt.Fprintf(w, " %10s", c)
	}
	fmt.Fprintln(w)
	for i, row := range r.Confusion {
		fmt.Fprintf(w, "%-16s", r.Classes[i])
		for _, n := range row {
			fmt.Fprintf(w, " %10d", n)
		}
		fmt.Fprintln(w)
	}
}

func writeGroups(w io.Writer, field string, groups []metrics.Group) {
	fmt.Fprintf(w, "\n%-28s %7s %8s  %-16s %8s %8s %8s\n", field, "images", "accuracy", "95% interval", "balanced", "recall", "auc")
	for _, g := range groups {
		fmt.Fprintf(w, "%-28s %7d %8s  %-16s %8s %8s %8s\n", orDash(g.Key), g.N, figure(g.Accuracy), spanText(g.CI["accuracy"]), figure(g.Balanced), figure(g.Recall), figure(g.AUC))
	}
}

func spanText(ci metrics.Interval) string { return figure(ci[0]) + " to " + figure(ci[1]) }

func writeRobustness(w io.Writer, cells []stage.RobustCell) {
	if len(cells) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%-28s %7s %8s  %-16s %8s  %-16s %8s\n", "after", "images", "accuracy", "95% interval", "auc", "95% interval", "worst")
	for _, c := range cells {
		name, worst := c.Kind, "-"
		if c.Strength != "" {
			name += " " + c.Strength
		}
		if c.WorstSource != nil {
			worst = figure(c.WorstSource.Balanced)
		}
		fmt.Fprintf(w, "%-28s %7d %8s  %-16s %8s  %-16s %8s\n", name, c.N, figure(c.Accuracy), spanText(c.AccuracyCI), figure(c.AUC), spanText(c.AUCCI), worst)
	}
}

func writeLeaveOneOut(w io.Writer, l *stage.LeaveOneOut) {
	if l == nil {
		return
	}
	fmt.Fprintf(w, "\nleft out: %-18s %7s %10s  %-16s %7s %8s  %-16s %7s %8s\n", l.Field, "images", "recognised", "95% interval", "known", "auc", "95% interval", "known", "worst")
	for _, h := range l.Rows {
		if h.Problem != "" {
			fmt.Fprintf(w, "%-28s %7d  %s\n", h.Value, h.N, h.Problem)
			continue
		}
		worst := "-"
		if h.WorstSource != nil {
			worst = figure(h.WorstSource.Balanced)
		}
		fmt.Fprintf(w, "%-28s %7d %10s  %-16s %7s %8s  %-16s %7s %8s\n", h.Value, h.N, figure(h.Recognised), spanText(h.RecognisedCI), figure(h.KnownShare),
			figure(h.AUC), spanText(h.AUCCI), figure(h.KnownAUC), worst)
	}
	fmt.Fprintf(w, "%-28s %7s %10s  %-16s %7s %8s\n\n%s\n", "mean", "", figure(l.Mean.Recognised), "", "", figure(l.Mean.AUC), l.Says())
}

func writeAgainst(w io.Writer, run string, x *stage.Against) {
	if x == nil {
		return
	}
	fmt.Fprintf(w, "\n%s against %s, on %s: right alone %d and %d, McNemar p %s; the positive class is %s for both\n", run, x.Run, count(x.N, "image", "images"), x.OnlyThis, x.OnlyOther, stage.Chance(x.McNemar), x.Positive)
	fmt.Fprintf(w, "%-10s %8s %8s %8s  %-18s %s\n", "", x.Run, run, "change", "95% interval", "p")
	for _, name := range slices.Sorted(maps.Keys(x.Differences)) {
		d := x.Differences[name]
		fmt.Fprintf(w, "%-10s %8s %8s %8s  %-18s %s\n", name, figure(d.A), figure(d.B), figure(d.Change), spanText(d.CI), stage.Chance(float64(d.P)))
	}
}
