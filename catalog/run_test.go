package catalog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestRuns(t *testing.T) {
	c := fresh(t)
	ctx := t.Context()
	a := must(c.StartRun(ctx, "train", "", "/runs/a", map[string]any{"lr": 5e-5}))(t)
	b := must(c.StartRun(ctx, "train", "mine", "", nil))(t)
	d := must(c.StartRun(ctx, "dedup", "", "", nil))(t)
	if a.Name != "train-1" || a.Status != Running || string(a.Settings) != `{"lr":0.00005}` || a.PID != os.Getpid() || a.Started.IsZero() || a.Dir != "/runs/a" {
		t.Errorf("started %+v", a)
	}
	if _, err := c.StartRun(ctx, "train", "mine", "", nil); err == nil || !strings.Contains(err.Error(), `"mine"`) {
		t.Errorf("a name taken twice: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := errors.Join(
		c.ReportRun(ctx, a.ID, map[string]int{"epoch": 1}),
		c.FinishRun(cancelled, a.ID, nil, fmt.Errorf("training: %w", context.Canceled)),
		c.FinishRun(ctx, b.ID, map[string]float64{"f1": 0.5}, nil),
		c.FinishRun(ctx, d.ID, nil, errors.New("disk full")),
	); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range must(c.Runs(ctx, "", 0))(t) {
		got = append(got, fmt.Sprintf("%s %s %s %s", r.Name, r.Status, r.Metrics, r.Error))
	}
	want := []string{"dedup-1 failed null disk full", `mine done {"f1":0.5} `, `train-1 interrupted {"epoch":1} training: context canceled`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if rs := must(c.Runs(ctx, "train", 1))(t); len(rs) != 1 || rs[0].ID != b.ID {
		t.Errorf("last of train: %+v", rs)
	}
	if err := c.ResumeRun(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	if r := must(c.RunByName(ctx, fmt.Sprint(a.ID)))(t); r.Status != Running || r.Error != "" || !r.Finished.IsZero() {
		t.Errorf("resumed %+v", r)
	}
	for _, err := range []error{c.FinishRun(ctx, 99, nil, nil), second(0, func() error { _, err := c.RunByName(ctx, "none"); return err }())} {
		if !errors.Is(err, ErrNoRun) {
			t.Errorf("got %v", err)
		}
	}
}

func TestARunWhoseProcessDiedIsInterrupted(t *testing.T) {
	c := fresh(t)
	r := must(c.StartRun(t.Context(), "train", "", "", nil))(t)
	again := must(Open(t.Context(), c.Path(), ReadOnly))(t) // as another process that was given the same number
	defer again.Close()
	if got := must(again.RunByName(t.Context(), r.Name))(t); got.Status != Interrupted {
		t.Errorf("own number: %s", got.Status)
	}
	if got := must(c.RunByName(t.Context(), r.Name))(t); got.Status != Running {
		t.Errorf("for the process that runs it: %s", got.Status)
	}
	must(c.write.Exec("UPDATE run SET pid = ?", 1<<22+1))(t)
	if got := must(c.RunByName(t.Context(), r.Name))(t); got.Status != Interrupted {
		t.Errorf("dead process: %s", got.Status)
	}
}
