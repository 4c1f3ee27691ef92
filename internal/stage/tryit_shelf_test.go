package stage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/curate/curate/internal/safetensors"
)

// Who leaves while a model is loaded leaves nobody behind who waits for it.
func TestLoadThatNobodyWaitsFor(t *testing.T) {
	slow, quick := t.TempDir(), t.TempDir()
	for _, dir := range []string{slow, quick} {
		if err := os.WriteFile(filepath.Join(dir, safetensors.ModelFile), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	s := shelf{idle: tryoutIdle}
	gone, leave := context.WithCancel(t.Context())
	leave()
	loading := make(chan struct{})
	_, _, err := s.take(gone, slow, func() (*classifier, error) { <-loading; return nil, errors.New("not a model") })
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	_, done, err := s.take(t.Context(), quick, func() (*classifier, error) { return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	done()
	close(loading)
	if err := s.close(); err != nil {
		t.Error(err)
	}
}
