package vit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/internal/vit/vittest"
)

func TestCut(t *testing.T) {
	m := vittest.Model(t, vittest.Config)
	cut, err := m.Cut(2)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := cut.SaveFolder(dir, nil); err != nil {
		t.Fatal(err)
	}
	back, err := vit.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if back.Config.Layers != 2 || len(back.Weights) != len(cut.Weights)+1 { // and the mask token that every DINOv2 has
		t.Errorf("%d layers, %d weights of %d", back.Config.Layers, len(back.Weights), len(cut.Weights))
	}
	text, err := os.ReadFile(filepath.Join(dir, vit.ConfigFile))
	if err != nil || !strings.Contains(string(text), `"num_hidden_layers": 2`) {
		t.Errorf("config.json: %s, %v", text, err)
	}
	if m.Config.Layers != 3 || len(m.Weights) <= len(cut.Weights) {
		t.Error("cutting changed the whole model")
	}
	for _, layers := range []int{0, 4} {
		if _, err := m.Cut(layers); err == nil {
			t.Errorf("cut after layer %d of 3", layers)
		}
	}
}
