package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/embed"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/progress"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/internal/vit/vittest"
	"github.com/curate/curate/train/descriptor"
)

// descriptorHeap is a heap of n pictures, with what a short run on them needs.
func descriptorHeap(t *testing.T, n int) (*heap, DescriptorOptions) {
	t.Helper()
	h, _ := trainHeap(t, n)
	h.env.Resolution = 32
	o := DescriptorOptions{Model: vittest.Folder(t, vittest.Config), Settings: descriptor.Recipe(), Out: h.beside("encoder")}
	s := &o.Settings
	s.Layers, s.Frozen, s.Dim, s.Batch, s.Steps, s.Every, s.LR, s.HeadLR = 2, 1, 16, 8, 6, 3, 1e-3, 3e-3
	return h, o
}

func TestTrainDescriptor(t *testing.T) {
	h, o := descriptorHeap(t, 64)
	h.copies(1, "copies")
	h.ingest()
	r, err := TrainDescriptor(t.Context(), h.env, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Run != "descriptor-1" || r.Images+r.Held+r.LeftOut < 64 || r.LeftOut == 0 || len(r.Points) != 3 || r.Layers != 2 || r.Resolution != 32 {
		t.Errorf("%+v", r)
	}
	d, err := embed.Describe(embed.Options{Folder: r.Dir, Hash: "trained", Layers: []int{2}, NoHead: true})
	if err != nil || d.CopyDim != 96 || d.CopyKey.Resolution != 32 {
		t.Errorf("the folder is no encoder: %+v, %v", d, err)
	}
	lines, err := os.ReadFile(filepath.Join(r.Dir, descriptor.LogFile))
	if err != nil || strings.Count(string(lines), "\n") != 3 {
		t.Errorf("log: %s, %v", lines, err)
	}
	runs, err := h.env.Catalog.Runs(t.Context(), kindDescriptor, 0)
	if err != nil || len(runs) != 1 || runs[0].Status != catalog.Done {
		t.Errorf("runs: %+v, %v", runs, err)
	}
	if _, err := TrainDescriptor(t.Context(), h.env, o); err == nil || !strings.Contains(err.Error(), "holds a trained model") {
		t.Errorf("training over a trained encoder: %v", err)
	}
}

func TestTrainDescriptorGoesOn(t *testing.T) {
	h, o := descriptorHeap(t, 64)
	ctx, cancel := context.WithCancel(t.Context())
	h.env.Progress = progress.New(endsAt{cancel, "step 3:"}, false, false)
	if _, err := TrainDescriptor(ctx, h.env, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("a stopped run says %v", err)
	}
	h.env.Progress = nil
	other := o
	other.Settings.Seed++
	if _, err := TrainDescriptor(t.Context(), h.env, other); err == nil || !strings.Contains(err.Error(), "unfinished run") {
		t.Errorf("another run into the same folder: %v", err)
	}
	o.Resume, o.Budget = true, time.Nanosecond // a run that goes on keeps its own number of steps
	r, err := TrainDescriptor(t.Context(), h.env, o)
	if err != nil || r.Run != "descriptor-1" || r.Continued < 3 || len(r.Points) != 3 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestTrainDescriptorRefuses(t *testing.T) {
	h, o := descriptorHeap(t, 8)
	p := scene.Render(1<<40, 160, 120)
	for i := range 70 { // one picture many times
		data, err := edit.EncodeJPEG(p, 28+i)
		if err != nil {
			t.Fatal(err)
		}
		h.write(fmt.Sprintf("again/%03d.jpg", i), data)
	}
	h.ingest()
	for want, change := range map[string]func(o *DescriptorOptions){
		"too few pictures":  func(*DescriptorOptions) {},
		"no unfinished run": func(o *DescriptorOptions) { o.Resume = true },
	} {
		o := o
		change(&o)
		if _, err := TrainDescriptor(t.Context(), h.env, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// endsAt ends a context when a text is written.
type endsAt struct {
	end  context.CancelFunc
	text string
}

func (e endsAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), e.text) {
		e.end()
	}
	return len(p), nil
}
