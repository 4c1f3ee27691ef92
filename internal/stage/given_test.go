package stage

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// judgeHeap is a folder to be judged: pictures, some in archives, and other files.
func judgeHeap(t *testing.T) *heap {
	h := newHeap(t)
	h.draw(101, "ai/1.png", "loose.jpg")
	h.write("ai/named.txt", picture(t, 2, "x.jpg")) // content counts
	h.write("ai/page.jpg", []byte("<html>not found</html>"))
	h.write("ai/broken.jpg", picture(t, 3, "x.jpg")[:700])
	h.write("notes.txt", []byte("no picture"))
	h.write("more.zip", zipped(t, map[string][]byte{"real/2.jpg": picture(t, 4, "x.jpg"), "real/2.txt": []byte("a car")}))
	h.write("texts.zip", zipped(t, map[string][]byte{"a.txt": []byte("a")}))
	h.write("picture.tar", picture(t, 5, "x.jpg")) // no archive, whatever its name says
	return h
}

func TestGivenPictures(t *testing.T) {
	h := judgeHeap(t)
	for _, c := range []struct {
		paths, pictures, unusable string
		other                     int
	}{
		{".", "ai/1.png ai/broken.jpg ai/named.txt loose.jpg more.zip/real/2.jpg picture.tar", "", 4},
		{"more.zip picture.tar", "more.zip/real/2.jpg picture.tar", "", 1},
		{"texts.zip notes.txt loose.jpg", "loose.jpg", "notes.txt: it is no picture, texts.zip: it holds no pictures", 1},
	} {
		var paths, pictures, unusable []string
		for p := range strings.FieldsSeq(c.paths) {
			paths = append(paths, h.path(p))
		}
		g, err := findGiven(t.Context(), h.env, paths...)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range g.pictures {
			pictures = append(pictures, strings.TrimPrefix(p.Path, h.dir+"/"))
		}
		for _, u := range g.unusable {
			unusable = append(unusable, fmt.Sprintf("%s: %s", filepath.Base(u.Path), u.Reason))
		}
		if got := strings.Join(pictures, " "); got != c.pictures || strings.Join(unusable, ", ") != c.unusable || g.other != c.other {
			t.Errorf("%s: %s; unusable %s; %d others", c.paths, got, unusable, g.other)
		}
	}
}

// Curate's own files are no pictures to be judged.
func TestGivenPassesOverTheCatalogue(t *testing.T) {
	h := newHeap(t)
	h.draw(1, "1.jpg")
	g, err := findGiven(t.Context(), h.env, filepath.Dir(h.dir))
	if err != nil || len(g.pictures) != 1 || g.other != 0 || len(g.unusable) != 0 {
		t.Errorf("%+v, %v", g, err)
	}
}

func TestPredictAndEvaluateTakeWhatIsAPicture(t *testing.T) {
	h, o := trainHeap(t, 20)
	o.Mode = ModeProbe
	h.train(o)
	other := judgeHeap(t)
	got, broken, err := h.predict(PredictOptions{Paths: []string{other.dir, h.path("real/000.png")}})
	if want := []string{"1.png", "named.txt", "loose.jpg", "2.jpg", "picture.tar", "000.png"}; err != nil || !slices.Equal(baseNames(got), want) {
		t.Errorf("predicted %v, %v", baseNames(got), err)
	}
	if len(broken) != 1 || broken[0].Path != other.path("ai/broken.jpg") {
		t.Errorf("broken: %+v", broken)
	}
	e, err := Evaluate(t.Context(), h.env, EvaluateOptions{Folder: other.dir})
	if err != nil || e.N != 3 || e.Positives != 2 || len(e.Unreadable) != 1 {
		t.Errorf("evaluate: %d judged, %d positive, %+v, %v", e.N, e.Positives, e.Unreadable, err)
	}
}
