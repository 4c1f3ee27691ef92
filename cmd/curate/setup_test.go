package main

import (
	"strings"
	"testing"

	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/stage"
)

// A setup without an encoder does not end as if all were well.
func TestPrintSetup(t *testing.T) {
	for _, c := range []struct {
		encoder   *modelstore.Model
		brought   []string
		want, not string
	}{
		{nil, nil, "pip", "everything was there"},
		{nil, []string{"ONNX Runtime 1"}, "curate demo", "everything was there"},
		{&modelstore.Model{}, nil, "everything was there", "pip"},
	} {
		var out strings.Builder
		printSetup(&out, stage.SetupResult{Encoder: c.encoder, Brought: c.brought})
		if !strings.Contains(out.String(), c.want) || strings.Contains(out.String(), c.not) {
			t.Errorf("encoder %v, brought %v: %s", c.encoder, c.brought, out.String())
		}
	}
}
