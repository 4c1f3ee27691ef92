package track

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestReadJSONL(t *testing.T) {
	dir := t.TempDir()
	j, err := NewJSONL(dir)
	if err != nil {
		t.Fatal(err)
	}
	log(t, j)
	want := points()
	delete(want[1].Values, "eval_loss") // Infinity, which JSON has no word for
	path := filepath.Join(dir, MetricsFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, tail := range []string{"", `{"step": 3, "lo`} {
		if err := os.WriteFile(path, append(whole, tail...), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadJSONL(dir); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("with %q at the end: %+v, %v", tail, got, err)
		}
	}
	if err := os.WriteFile(path, append([]byte("nonsense\n"), whole...), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadJSONL(dir); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("error %v", err)
	}
	if _, err := ReadJSONL(t.TempDir()); err == nil {
		t.Error("no error without a file")
	}
}
