package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// scores gives every picture a score of a fault, the first the largest.
func (x *site) scores(name string, threshold float64) {
	x.t.Helper()
	list := make([]catalog.Score, len(x.ids))
	for i, id := range x.ids {
		list[i] = catalog.Score{Image: id, Value: 1 - float64(i)/float64(len(x.ids))}
	}
	if err := x.c.ReplaceScores(x.t.Context(), name, threshold, list); err != nil {
		x.t.Fatal(err)
	}
}

// json asks and reads the answer.
func (x *site) json(path string, into any) {
	x.t.Helper()
	status, text := x.get(path)
	if err := json.Unmarshal([]byte(text), into); status != 200 || err != nil {
		x.t.Fatalf("%s: %d %v %.200s", path, status, err, text)
	}
}

func TestAListIsEnteredAnywhere(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg")
	var at struct {
		Total, Page int
		After       []catalog.ImageID
	}
	x.json("/api/anchors?limit=2&label=real", &at)
	if at.Total != 5 || len(at.After) != 3 {
		t.Fatalf("%+v", at)
	}
	var last []stage.ImageRow
	x.json(fmt.Sprintf("/api/images?limit=2&label=real&after=%d", at.After[2]), &last)
	if len(last) != 1 || last[0].ID != x.ids[4] {
		t.Errorf("the last page: %+v", last)
	}
	var two []stage.ImageRow
	x.json(fmt.Sprintf("/api/images?id=%d&id=%d", x.ids[1], x.ids[3]), &two)
	if len(two) != 2 {
		t.Errorf("by number: %d", len(two))
	}
}

func TestBrowseOffersWhatIsLeft(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	x.add("c.jpg", 9, catalog.Origin{Label: "ai", Generator: "model", Prompt: "a Red car"})
	for path, want := range map[string][]string{
		"/browse":                           {"3 images", "label=ai", "generator=model", `data-total="3"`},
		"/browse?prompt=red":                {"1 image<", "prompt has", "a.jpg"},
		"/browse?min_side=40&max_side=48":   {"3 images", "shorter side from"},
		"/browse?min_side=49":               {"0 images", "Take a choice off"},
		"/browse?generator=-":               {"2 images", "not said"},
		"/browse?label=ai&status=kept&id=3": {"1 image<"},
	} {
		status, text := x.get(path)
		for _, w := range want {
			if w != "a.jpg" && (status != 200 || !strings.Contains(text, w)) {
				t.Errorf("%s: %d, without %q", path, status, w)
			}
		}
	}
}

func TestWorstFirst(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg", "c.jpg", "d.jpg")
	x.scores("dark", .7)
	var rows []scoredRow
	x.json("/api/scored?issue=dark&limit=3", &rows)
	if len(rows) != 3 || rows[0].ID != x.ids[0] || rows[2].Score != .5 {
		t.Fatalf("%+v", rows)
	}
	var rest []scoredRow
	x.json("/api/scored?issue=dark&limit=3&after="+url.QueryEscape(rows[2].Key), &rest)
	if len(rest) != 1 || rest[0].ID != x.ids[3] {
		t.Errorf("what comes after: %+v", rest)
	}
	status, page := x.get("/issues?name=dark&from=0.40")
	if status != 200 || !strings.Contains(page, "Remove these") || !strings.Contains(page, `data-live>3</b> of 4`) {
		t.Errorf("%d %s", status, page)
	}
}

// Everything at a score or above is decided as one step, if it is what a person was told.
func TestDecideOnAllThatMatch(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg", "c.jpg", "d.jpg")
	x.scores("dark", .7)
	ask := map[string]any{"do": "remove", "issue": "dark", "from": .5, "count": 2}
	if status, said := x.post("/api/matching", ask); status != http.StatusConflict || x.status(0) != catalog.Kept {
		t.Errorf("a number that nobody saw: %d %v", status, said)
	}
	ask["count"] = 3
	status, said := x.post("/api/matching", ask)
	if status != 200 || said["changed"] != 3.0 || x.status(2) != catalog.Removed || x.status(3) != catalog.Kept {
		t.Fatalf("%d %v", status, said)
	}
	if status, _ := x.post("/api/undo", map[string]any{"step": said["step"]}); status != 200 || x.status(2) != catalog.Kept {
		t.Errorf("undo: %d", status)
	}
	if status, said := x.post("/api/matching", map[string]any{"do": "label", "value": " ai ", "where": "label=real&status=kept", "count": 4}); status != 200 || said["said"] != "4 images: label ai" {
		t.Errorf("by a filter: %d %v", status, said)
	}
	for name, ask := range map[string]map[string]any{
		"no label": {"do": "label", "value": " ", "count": 4}, "no verb": {"do": "burn", "count": 4}, "no score": {"do": "keep", "issue": "dark", "from": 2, "count": 0},
		"no filter": {"do": "keep", "where": "status=%zz", "count": 4}, "nothing": {"do": "keep", "where": "label=none", "count": 0},
	} {
		if status, said := x.post("/api/matching", ask); status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", name, status, said)
		}
	}
}

func TestConflictsOfferEachLabel(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	x.add("c.jpg", 7, catalog.Origin{Label: "ai"})
	x.clusters([]int{0, 2})
	x.add("again.jpg", 1, catalog.Origin{Label: "real", Subject: "bird"}) // the bytes of b.jpg, called otherwise
	_, page := x.get("/labels")
	for _, want := range []string{"are called ai and real", "is called bird and car", `data-value="ai"`, `data-value="bird"`, "Different pictures"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	decide := []map[string]any{{"image": x.ids[0], "value": "real", "was": "real"}, {"image": x.ids[2], "value": "real", "was": "ai"}}
	status, said := x.post("/api/labels", map[string]any{"field": "label", "decide": decide})
	if status != 200 || x.status(0) != catalog.Kept || x.status(2) != catalog.Removed {
		t.Errorf("%d %v: %s, %s", status, said, x.status(0), x.status(2))
	}
	if status, said := x.post("/api/labels", map[string]any{"field": "subject", "decide": []map[string]any{{"image": x.ids[1], "value": "car", "was": ""}}}); status != 200 || x.status(1) != catalog.Kept {
		t.Errorf("%d %v", status, said)
	}
	if _, page := x.get("/labels"); !strings.Contains(page, "No labels disagree") {
		t.Error("it still asks")
	}
}

// A second tab that shows an image as it was called before does not overwrite what the first has said.
func TestTwoTabsLabelOneImage(t *testing.T) {
	x := newSite(t, "a.jpg")
	say := func(value string) (int, map[string]any) {
		return x.post("/api/labels", map[string]any{"field": "subject", "decide": []map[string]any{{"image": x.ids[0], "value": value, "was": "car"}}})
	}
	if status, _ := say("bird"); status != 200 {
		t.Fatalf("first tab: %d", status)
	}
	status, said := say("ship")
	if log, err := x.c.Log(t.Context(), 0); status != http.StatusConflict || err != nil || len(log) != 1 {
		t.Errorf("second tab: %d %v; %d steps (%v)", status, said, len(log), err)
	}
	for range 2 { // both tabs remove it: that is done once
		if status, said = x.post("/api/images", map[string]any{"do": "remove", "images": x.ids}); status != 200 {
			t.Errorf("remove: %d %v", status, said)
		}
	}
	if log, err := x.c.Log(t.Context(), 0); said["changed"] != 0.0 || said["step"] != nil || err != nil || len(log) != 2 {
		t.Errorf("removed twice: %v, %d steps (%v)", said, len(log), err)
	}
}

// wait waits until a job has ended.
func (x *site) wait(job string) jobState {
	x.t.Helper()
	for range 600 {
		if s := x.s.jobs.state(job); !s.Running {
			return s
		}
		time.Sleep(20 * time.Millisecond)
	}
	x.t.Fatalf("%s does not end", job)
	return jobState{}
}

func TestLooksSayWhatIsMissing(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	for path, look := range map[string]string{"/outliers": "outliers", "/labels/mislabels": "mislabels-subject", "/labels/mislabels?field=label": "mislabels-label"} {
		if _, page := x.get(path); !strings.Contains(page, `data-look="`+look+`"`) || !strings.Contains(page, "data-start") {
			t.Errorf("%s does not start looking", path)
		}
		if status, said := x.post("/api/looks/"+look, map[string]any{"again": false}); status != 200 {
			t.Errorf("%s: %d %v", look, status, said)
		}
		x.wait(look)
		if _, page := x.get(path); !strings.Contains(page, "<code>curate embed</code>") || !strings.Contains(page, "2 images have no embedding yet") || strings.Contains(page, "data-start") {
			t.Errorf("%s does not say what to do: %s", path, page)
		}
	}
	if status, _ := x.post("/api/looks/nonsense", map[string]any{}); status != http.StatusNotFound {
		t.Errorf("nonsense: %d", status)
	}
}

func TestMislabelsShowTheNeighbours(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg", "c.jpg")
	key, err := x.c.LookState(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	voice := func(id catalog.ImageID, given string) stage.Voice {
		return stage.Voice{ID: id, Given: given, Cosine: .8}
	}
	list := []stage.Mislabel{
		{ID: x.ids[0], Path: "a.jpg", Score: .99, Field: "subject", Given: "car", Suggested: "ship", Chance: .9, Near: []stage.Voice{voice(x.ids[1], "ship"), voice(x.ids[2], "ship"), voice(x.ids[2], "car")}},
		{ID: x.ids[1], Path: "b.jpg", Score: .95, Field: "subject", Given: "car", Suggested: "bird", Chance: .8},
		{ID: x.ids[2], Path: "c.jpg", Score: .6, Field: "subject", Given: "car", Suggested: "bird", Chance: .8},
	}
	x.s.jobs.all[mislabelLook+"subject"] = &job{key: key, result: list}
	_, page := x.get("/labels/mislabels")
	for _, want := range []string{"Called <b>car</b>, looks like <b>ship</b>", "Of the 3 pictures nearest to it, 2 called ship, 1 called car.", "It is bird", "Accept the suggestions for these 2"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if status, said := x.post("/api/labels", map[string]any{"field": "subject", "decide": []map[string]any{{"image": x.ids[0], "value": "ship", "was": "car"}, {"image": x.ids[1], "value": "car", "was": "car"}}}); status != 200 {
		t.Fatalf("%d %v", status, said)
	}
	_, page = x.get("/labels/mislabels?from=0.5")
	if strings.Contains(page, "It is ship") || !strings.Contains(page, "2 answered") || !strings.Contains(page, `data-image="`+idText(x.ids[2])) {
		t.Errorf("what is answered is asked again: %s", page)
	}
}

// No address that somebody types makes the server fail, whatever is in it.
func TestNoAddressIsAFaultOfTheServer(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	x.clusters([]int{0, 1})
	x.scores("dark", .5)
	words := []string{"", "-1", "0", "1", "99999999999999999999", "9223372036854775807", "1e9", "NaN", "Inf", "0x10", "../../etc/passwd", "%00", "%ff%fe", "'; DROP TABLE image; --", "<script>", "-", strings.Repeat("9", 300)}
	for _, w := range words {
		q := url.QueryEscape(w)
		if strings.HasPrefix(w, "%") {
			q = w
		}
		for _, path := range []string{"/browse?status=", "/browse?label=", "/browse?after=", "/browse?limit=", "/browse?min_side=", "/browse?id=", "/browse?split=", "/browse?prompt=", "/browse?under=",
			"/issues?name=", "/issues?name=dark&from=", "/issues?name=dark&after=", "/outliers?from=", "/labels/mislabels?field=", "/labels/mislabels?from=", "/journal?before=",
			"/api/anchors?limit=", "/api/scored?issue=dark&after=", "/api/scored?issue=dark&from=", "/api/scored?limit=", "/api/images?id=", "/api/images?source=", "/api/log?limit=", "/image/", "/journal/", "/api/jobs/"} {
			if status, text := x.get(path + q); status >= 500 {
				t.Errorf("%s%s: %d %.300s", path, q, status, text)
			}
		}
	}
}

func TestListsShowHostileNamesAsText(t *testing.T) {
	const bad = `"><img src=x onerror=alert(1)>`
	x := newSite(t)
	x.add("a.jpg", 1, catalog.Origin{Label: bad, Subject: bad, Prompt: bad, Source: bad})
	x.add("b.jpg", 2, catalog.Origin{Label: "real", Subject: bad})
	x.clusters([]int{0, 1})
	x.scores(catalog.IssueOutlier, .5)
	if _, _, err := x.c.Decide(t.Context(), "curate label "+bad, []catalog.Decision{{Kind: catalog.Subject, Image: x.ids[0], Value: bad + "!"}}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/browse", "/browse?label=" + url.QueryEscape(bad), "/outliers", "/labels", "/journal", "/journal/1", "/journal/2", "/apply", "/browse?prompt=" + url.QueryEscape(bad)} {
		if status, text := x.get(path); status != 200 || strings.Contains(text, "<img src=x") {
			t.Errorf("%s: %d, with it as it is", path, status)
		}
	}
}
