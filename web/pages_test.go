package web

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/curate/curate/catalog"
)

// What there is not is said, with what there is.
func TestUnknownNames(t *testing.T) {
	x := newSite(t, "a.jpg")
	if err := x.c.SaveChecks(t.Context(), 1, []catalog.Checked{{Image: x.ids[0], Issues: []catalog.Issue{{Name: "dark", Score: .9, Threshold: .5, Flagged: true}}}}); err != nil {
		t.Fatal(err)
	}
	for address, says := range map[string]string{
		"/duplicates?kind=zzz": "similar (look-alikes)", "/duplicates/bulk?from=0.9&kind=zzz": "similar (look-alikes)", "/issues?name=zzz": "looked at for dark", "/issues?issue=zzz": "looked at for dark",
		"/api/queue?kind=zzz": "similar (look-alikes)", "/api/clusters?kind=zzz": "similar (look-alikes)",
	} {
		if status, page := x.get(address); status != http.StatusNotFound || !strings.Contains(page, says) {
			t.Errorf("%s answers %d without %q", address, status, says)
		}
	}
	if status, page := x.get("/issues?issue=dark"); status != http.StatusOK || !strings.Contains(page, "/image/1") {
		t.Errorf("a fault that there is: %d", status)
	}
}

// Names are one line that can be seen: others are refused, and file names, which may be any bytes, are written out.
func TestNamesThatCannotBeSeen(t *testing.T) {
	x := newSite(t, "caf\xe9\n\u202egpj.jpg")
	for _, name := range []string{"a\nb", "a\x00", "\u202eb", "\ufeffc", strings.Repeat("x", 201), " "} {
		for _, do := range []string{"label", "subject"} {
			if status, said := x.post("/api/images", map[string]any{"do": do, "value": name, "images": x.ids}); status != http.StatusBadRequest {
				t.Errorf("%s %q: %d %v", do, name, status, said)
			}
			if status, said := x.post("/api/labels", map[string]any{"field": do, "decide": []map[string]any{{"image": x.ids[0], "value": name}}}); status != http.StatusBadRequest {
				t.Errorf("%s %q: %d %v", do, name, status, said)
			}
		}
	}
	if status, said := x.post("/api/images", map[string]any{"do": "label", "value": " zwölf 👨\u200d👩 ", "images": x.ids}); status != http.StatusOK {
		t.Errorf("a good name: %d %v", status, said)
	}
	if _, page := x.get("/browse"); !strings.Contains(page, `caf\xe9\n\u202egpj.jpg`) || !utf8.ValidString(page) {
		t.Errorf("the file is shown as %s", page)
	}
}

func TestPagesOfAnEmptyCatalogue(t *testing.T) {
	x := newSite(t)
	for path, want := range map[string]string{
		"/": "curate ingest FOLDER", "/duplicates": "curate dedup", "/issues": "No faults were found", "/browse": "curate ingest FOLDER", "/journal": "Nothing was done yet",
	} {
		if status, text := x.get(path); status != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%s: %d, without %q:\n%s", path, status, want, text)
		}
	}
}

func TestHandMadeAddresses(t *testing.T) {
	x := newSite(t, "a.jpg")
	for path, want := range map[string]int{
		"/image/0": 404, "/image/99": 404, "/image/x": 400, "/image/-1": 404, "/image/1/../../x": 307, "/duplicates/77": 404, "/duplicates/x": 400,
		"/card/77": 404, "/thumb/1/0000000000000000": 404, "/thumb/x/y": 400, "/thumb/1/..%2f..%2fcurate.db": 404, "/static/x/..%2fpage.go": 404,
		"/static/x/style.css": 200, "/browse?after=x": 400, "/browse?status=odd": 400, "/browse?label=%00": 400, "/browse?label=odd": 200, "/issues?name=odd": 404, "/outliers?from=7": 400, "/duplicates/bulk?from=0": 400,
		"/duplicates/bulk": 400, "/api/clusters?limit=-1": 400, "/api/images?limit=99999999": 200,
	} {
		if status, text := x.get(path); status != want {
			t.Errorf("%s: %d, want %d: %.300s", path, status, want, text)
		}
	}
}

func TestHostileNamesAreOnlyText(t *testing.T) {
	x := newSite(t)
	names := []string{`<img src=x onerror=alert(1)>.jpg`, `"><script>alert(1)<`, `a&b'c.jpg`, "line\nbreak.jpg", "\u202egpj.exe.jpg"}
	for i, name := range names {
		name = strings.ReplaceAll(name, "/", "")
		x.add(name, uint64(i), catalog.Origin{Label: `<b>"bold"</b>`, Prompt: "</td><script>alert(2)</script>", Generator: "javascript:alert(3)", Source: "--><svg onload=alert(4)>"})
	}
	x.clusters([]int{0, 1, 2})
	pages := []string{"/", "/duplicates", "/browse", "/journal", "/duplicates/bulk?from=0.5"}
	for _, id := range x.ids {
		pages = append(pages, fmt.Sprint("/image/", id))
	}
	for _, path := range pages {
		_, text := x.get(path)
		for _, bad := range []string{"<script>alert", "<img src=x", "<svg onload", "<b>\"bold", `href="javascript:`} {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %q", path, bad)
			}
		}
	}
}

func TestPicturesAreShownAndChangesNoticed(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	im, err := x.c.ImageByID(t.Context(), x.ids[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{thumbAddress(im.ID, im.Hash), fullAddress(im.ID, im.Hash)} {
		if status, text := x.get(path); status != 200 || !strings.HasPrefix(text, "\xff\xd8") {
			t.Errorf("%s: %d %.20q", path, status, text)
		}
	}
	if err := os.RemoveAll(x.c.CacheDir()); err != nil {
		t.Fatal(err)
	}
	changed, err := x.c.ImageByID(t.Context(), x.ids[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(x.dir, "b.jpg"), []byte("something else"), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, text := x.get(thumbAddress(changed.ID, changed.Hash)); status != http.StatusGone || !strings.Contains(text, "changed since it was ingested") {
		t.Errorf("a changed file: %d %q", status, text)
	}
	if err := os.Remove(filepath.Join(x.dir, "b.jpg")); err != nil {
		t.Fatal(err)
	}
	if status, text := x.get(fullAddress(changed.ID, changed.Hash)); status != http.StatusGone || !strings.Contains(text, "no such file") {
		t.Errorf("a file that left: %d %q", status, text)
	}
}

func TestDoubtfulClustersComeFirst(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg", "c.jpg", "d.jpg")
	x.add("e.jpg", 40, catalog.Origin{Label: "ai"})
	x.add("f.jpg", 50, catalog.Origin{Label: "real"})
	x.clusters([]int{0, 1}, []int{2, 3}, []int{4, 5}) // .91, .93, and one whose labels disagree
	q, err := x.s.queue(t.Context(), catalog.CopyPair)
	if err != nil || len(q.items) != 3 {
		t.Fatal(q, err)
	}
	if !q.items[0].Review || q.items[1].Lowest > q.items[2].Lowest {
		t.Errorf("order of review: %+v", q.items)
	}
	if _, text := x.get("/duplicates"); !strings.Contains(text, "The labels disagree") {
		t.Error("the page does not say that labels disagree")
	}
}

func TestThresholdPreview(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg")
	x.clusters([]int{0, 1, 2}, []int{3, 4})
	steps, err := x.s.whatIfs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[int]whatIf{10: {.2, 3, 2, 3}, 45: {.9, 3, 2, 3}, 46: {.92, 1, 1, 1}, 48: {.96, 0, 0, 0}} {
		if got := steps[at]; got != want {
			t.Errorf("at %.2f: %+v, want %+v", float64(at)/histogramBins, got, want)
		}
	}
}
