package stage

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
)

// answersAgree holds the answers that lie in dir against the figures and the catalogue.
func (h *heap) answersAgree(dir, split string, n int, accuracy float64) {
	h.Helper()
	f, _, err := openRunFile(dir, AnswersFile)
	if err != nil {
		h.Fatal(err)
	}
	defer f.Close()
	all, bad, err := readAnswers(f)
	if err != nil || bad != 0 || len(all) != n {
		h.Fatalf("%d answers in %s, %d bad, %v", len(all), dir, bad, err)
	}
	right, rows := 0, map[string]catalog.Row{}
	for _, row := range h.inSplit(catalog.Split(split)) {
		rows[row.Hash.String()] = row
	}
	for _, a := range all {
		if row := rows[a.SHA256]; row.Path != a.Path || row.Label != a.Label || a.Split != split || a.Probabilities[a.Said] != a.Probability {
			h.Errorf("%+v is said of %+v", a, row)
		}
		if a.Right() {
			right++
		}
	}
	if got := float64(right) / float64(n); math.Abs(got-accuracy) > 1e-9 {
		h.Errorf("%s: %v right, the figures say %v", dir, got, accuracy)
	}
}

func TestAnswersThatSomebodyEdited(t *testing.T) {
	whole := `{"sha256":"ab","path":"/a.png","split":"test","label":"ai","said":"real","probability":0.9,"probabilities":{"ai":0.1,"real":0.9}}`
	text := strings.Join([]string{whole, "", "nonsense", `{"label":"ai","said":"dog","probabilities":{"ai":1,"real":0}}`, `{"label":"ai"}`, whole[:40]}, "\n")
	all, bad, err := readAnswers(strings.NewReader(text))
	if err != nil || len(all) != 1 || bad != 5 || all[0].Right() {
		t.Errorf("%d answers, %d bad, %v", len(all), bad, err)
	}
}

func TestOnlyPlainFilesOfARunAreOpened(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"link": "cannot be read", "folder": "no plain file", "nothing": "no such file", "../secret": "cannot be read"} {
		if _, _, err := openRunFile(dir, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if _, _, err := openRunFile(filepath.Join(dir, "gone"), AnswersFile); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a folder that is not there: %v", err)
	}
}
