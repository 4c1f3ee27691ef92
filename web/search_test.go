package web

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/runtimelib"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/internal/stage"
)

const hostile = `<img src=x onerror="alert(1)"> ship </mark><script>`

// newSearchSite is a page with pictures to be found, all of them indexed.
func newSearchSite(t *testing.T) *site {
	t.Helper()
	x := newSite(t)
	x.add("beetle.jpg", 1, catalog.Origin{Label: "real", Subject: "car", Source: "crawl"})
	x.add("a.jpg", 2, catalog.Origin{Label: "ai", Subject: "car", Generator: "sdxl", Prompt: "a red car by the sea"})
	x.add("b.jpg", 3, catalog.Origin{Label: "ai", Subject: "ship", Generator: "flux", Prompt: hostile})
	x.indexed()
	return x
}

// indexed waits until everything is.
func (x *site) indexed() {
	x.t.Helper()
	for range 1000 {
		state, err := x.s.searcher.CatchUp(x.t.Context())
		if err != nil || state.Problem != "" {
			x.t.Fatal(state.Problem, err)
		}
		if !state.Working {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	x.t.Fatal("indexing does not end")
}

func TestSearchPage(t *testing.T) {
	x := newSearchSite(t)
	for _, test := range []struct {
		address   string
		want, not []string
	}{
		{"/search", []string{"Search 3 images", "by the sea"}, []string{`class="tile`}},
		{"/search?q=red", []string{"1 image<", `<mark>red</mark>`, "/image/2", "like=2"}, []string{"/image/1"}},
		{"/search?q=car", []string{"2 images", `href="/search?label=ai&amp;q=car"`}, []string{"/image/3"}},
		{"/search?q=car&label=ai", []string{"1 image<", "/image/2", `take this choice off`}, []string{"/image/1"}},
		{"/search?q=ship", []string{"<mark>ship</mark>", "&lt;script&gt;"}, []string{"<script>alert", `<img src=x`}},
		{"/search?q=" + url.QueryEscape(hostile), []string{"cannot be searched for"}, []string{`<img src=x`, "</mark><script>"}},
		{"/search?q=whale", []string{"No image answers"}, nil},
		{"/search?q=" + url.QueryEscape(`red "by`), []string{"cannot be searched for", "<mark>&#34;by</mark>", "close it"}, nil},
		{"/search?q=lable:car", []string{"no image has a field", "the fields are"}, nil},
		{"/search?like=1", []string{"has not looked at them", "curate embed"}, nil},
		{"/search?like=99", []string{"no such image"}, nil},
		{"/search?like=x", []string{"is no number"}, nil},
		{"/search?q=car&from=1000000", []string{"Only the first"}, nil},
		{"/image/1", []string{`href="/search?like=1"`, `data-search`}, nil},
	} {
		_, text := x.get(test.address)
		for _, want := range test.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q\n%s", test.address, want, mainOf(text))
			}
		}
		for _, not := range test.not {
			if strings.Contains(text, not) {
				t.Errorf("%s has %q", test.address, not)
			}
		}
	}
}

func mainOf(page string) string {
	_, page, _ = strings.Cut(page, "<main")
	page, _, _ = strings.Cut(page, "</main>")
	return page
}

// What is not indexed yet is said, and the page does not wait for it.
func TestSearchWhileIndexing(t *testing.T) {
	x := newSearchSite(t)
	x.add("c.jpg", 4, catalog.Origin{Label: "real", Subject: "whale"})
	status, text := x.get("/search?q=whale")
	if status != http.StatusOK || !strings.Contains(text, "data-indexing") {
		t.Errorf("answered %d\n%s", status, mainOf(text))
	}
	x.indexed()
	if _, text = x.get("/search?q=whale"); strings.Contains(text, "data-indexing") || !strings.Contains(text, "/image/4") {
		t.Errorf("after indexing:\n%s", mainOf(text))
	}
}

func TestSearchAPI(t *testing.T) {
	x := newSearchSite(t)
	status, text := x.get("/api/search?q=%2Bcar&generator=sdxl")
	var got searchAnswer
	if err := json.Unmarshal([]byte(text), &got); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s: %v", status, text, err)
	}
	if got.Total != 1 || got.Hits[0].ID != x.ids[1] || got.Hits[0].Score != 1 || got.Facets["label"][0].Value != "ai" || got.Index.Images != 3 {
		t.Errorf("answered %s", text)
	}
	for address, want := range map[string]int{"/api/search?q=%22": 400, "/api/search?like=99": 404, "/api/search?like=1": 409, "/api/search?from=x": 400, "/api/search/index": 200} {
		if status, text := x.get(address); status != want || !json.Valid([]byte(text)) {
			t.Errorf("%s answered %d %s, want %d", address, status, text, want)
		}
	}
}

// picture sends a file as the page's form does.
func (x *site) sendPicture(address string, data []byte, header ...string) (int, string) {
	x.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("picture", `"><script>.jpg`)
	if err == nil {
		_, err = part.Write(data)
	}
	if err != nil || form.Close() != nil {
		x.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, address, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return x.do(r)
}

// wide is a small file that says it has a billion pixels.
func wide(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	header := data[12:29] // IHDR with its name
	binary.BigEndian.PutUint32(header[4:], 60_000)
	binary.BigEndian.PutUint32(header[8:], 20_000)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(header))
	return data
}

func TestSearchUploadsThatAreRefused(t *testing.T) {
	x := newSearchSite(t)
	drawn, err := edit.EncodeJPEG(scene.Render(1, 64, 48), 90)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		what   string
		data   []byte
		header []string
		status int
		says   string
	}{
		{"text", []byte("hello"), nil, 422, "cannot be read as a picture"},
		{"a page", []byte("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"), nil, 422, "cannot be read as a picture"},
		{"nothing", nil, nil, 400, "No picture was chosen"},
		{"too many pixels", wide(t), nil, 422, "pixels"},
		{"too many bytes", make([]byte, uploadBytes+1), nil, 413, "64 MB"},
		{"another site's", drawn, []string{"Sec-Fetch-Site", "cross-site"}, 403, "another site"},
		{"before anything is embedded", drawn, nil, 409, "curate embed"},
	} {
		for _, address := range []string{"/search", "/api/search"} {
			status, text := x.sendPicture(address, test.data, test.header...)
			if status != test.status || !strings.Contains(text, test.says) || strings.Contains(text, "<script>.jpg") {
				t.Errorf("%s to %s: %d, want %d that says %q\n%.300s", test.what, address, status, test.status, test.says, mainOf(text))
			}
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/api/search", strings.NewReader(`{}`))
	r.Header.Set("Content-Type", "application/json")
	if status, text := x.do(r); status != 415 {
		t.Errorf("JSON instead of a form: %d %s", status, text)
	}
}

// What is sent is compared and forgotten: no file of it is left.
func TestSearchByPicture(t *testing.T) {
	t.Setenv(runtimelib.Env, orttest.Open(t).Path())
	x := newSearchSite(t)
	env := *x.s.env
	env.Notice = t.Logf
	o, err := stage.Fast.Embedding("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stage.Embed(t.Context(), &env, o); err != nil {
		t.Fatal(err)
	}
	data, err := edit.EncodeJPEG(scene.Render(2, 64, 48), 70)
	if err != nil {
		t.Fatal(err)
	}
	before := filesUnder(t, x.dir)
	status, text := x.sendPicture("/search", data)
	if status != http.StatusOK || !strings.Contains(text, "The most alike") || strings.Index(text, "/image/2") > strings.Index(text, "/image/1") {
		t.Errorf("answered %d\n%s", status, mainOf(text))
	}
	status, text = x.sendPicture("/api/search?limit=1", data)
	var got searchAnswer
	if err := json.Unmarshal([]byte(text), &got); err != nil || status != 200 || len(got.Hits) != 1 || got.Hits[0].ID != x.ids[1] || got.Hits[0].Score < .6 {
		t.Errorf("answered %d %s (%v)", status, text, err)
	}
	if after := filesUnder(t, x.dir); after != before {
		t.Errorf("files were\n%s\nand are\n%s", before, after)
	}
	if status, text = x.get("/search?like=2"); status != 200 || !strings.Contains(text, "/image/3") || strings.Count(text, `data-image="2"`) != 0 {
		t.Errorf("like one of the catalogue: %d\n%s", status, mainOf(text))
	}
}

func filesUnder(t *testing.T, dir string) string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.Contains(filepath.Base(path), ".db") {
			out = append(out, fmt.Sprint(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "\n")
}
