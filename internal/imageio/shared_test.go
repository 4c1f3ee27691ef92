package imageio

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// sharedData returns a folder of the pictures for trying, which are no part of the
// repository: below $CURATE_SHARED, or in shared beside the repository.
func sharedData(t *testing.T, folder string) string {
	t.Helper()
	root := os.Getenv("CURATE_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	folder = filepath.Join(root, "data", folder)
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("the pictures for trying are not here: set CURATE_SHARED (%v)", err)
	}
	return folder
}

// Odd, broken and hostile files neither crash nor hang, are accounted for one by
// one, and none takes more memory than a Gate would have been asked for.
func TestNastyFiles(t *testing.T) {
	folder := sharedData(t, "nasty")
	count := map[string]int{}
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		count["files"]++
		count[tryFile(t, path, data)]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v", count)
	if count["files"] < 1000 || count["decoded"] < 500 || count["files"] != count["decoded"]+count["invalid"]+count["other"] {
		t.Errorf("not every file is accounted for: %v", count)
	}
}

func tryFile(t *testing.T, path string, data []byte) string {
	if Sniff(data[:min(len(data), HeadSize)]) == "" && len(data) > 0 {
		return "other"
	}
	Metadata(data)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p, info, err := Decode(data, Limits{MaxPixels: 6_000_000})
	runtime.ReadMemStats(&after)
	var bad *Invalid
	switch {
	case err != nil && !errors.As(err, &bad):
		t.Errorf("%s: %v is no Invalid", path, err)
	case err == nil && (p.W != info.Width || p.H != info.Height):
		t.Errorf("%s: %dx%d, header says %dx%d", path, p.W, p.H, info.Width, info.Height)
	}
	allowed := max(info.DecodeBytes(), 2*int64(len(data))+4<<20)
	if took := int64(after.TotalAlloc-before.TotalAlloc) + int64(len(data)); took > allowed && info.Format != "avif" && info.Format != "heic" && !raceEnabled {
		t.Errorf("%s (%s): took %d bytes, allowed %d", path, info.Format, took, allowed)
	}
	if err != nil {
		return "invalid"
	}
	return "decoded"
}
