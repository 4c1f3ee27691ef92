package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/runtimelib"
	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/internal/vit/vittest"
)

// withModel puts a classifier that was never trained into the folder of a run: of what
// it says only the form matters here. The run has learnt from the first two images.
func (x *site) withModel() catalog.Run {
	x.t.Helper()
	x.t.Setenv(runtimelib.Env, orttest.Open(x.t).Path())
	x.t.Cleanup(func() {
		if err := x.s.models.Close(); err != nil { // before the runtime is looked at
			x.t.Error(err)
		}
	})
	r := x.started("train", "probe-1", trainSettings("probe"))
	m := vittest.Model(x.t, vittest.Config)
	dim := m.Config.HeadDim()
	m.Weights["classifier.weight"] = vit.Tensor{Shape: []int{2, dim}, Data: make([]float32, 2*dim)}
	m.Weights["classifier.bias"] = vit.Tensor{Shape: []int{2}, Data: []float32{0, 1}}
	if err := m.SaveFolder(r.Dir, []string{"ai", "real"}); err != nil {
		x.t.Fatal(err)
	}
	write(x.t, r.Dir, "preprocessor_config.json", strings.ReplaceAll(vittest.Preprocessing, "32", "40"))
	write(x.t, r.Dir, "learnt_from.txt", fmt.Sprintf("images 2\ntrain %s\ntrain %s\n", x.hash(0), x.hash(1)))
	space, err := x.c.EnsureSpace(x.t.Context(), catalog.SpaceKey{ModelHash: "h", Model: "vit", Layers: "last", Resolution: 32, Precision: "fp32", Purpose: catalog.ForHead, Dim: dim})
	if err != nil {
		x.t.Fatal(err)
	}
	var vectors []catalog.Vector
	for i := range 2 {
		v := make([]float32, dim)
		v[i] = 1
		vectors = append(vectors, catalog.Vector{Image: x.ids[i], Values: v})
	}
	if err := x.c.SaveVectors(x.t.Context(), space.ID, vectors); err != nil {
		x.t.Fatal(err)
	}
	x.ended(r, map[string]any{"accuracy": .5}, nil)
	return r
}

// form is a form with a file.
func form(t testing.TB, field string, file io.Reader) (io.Reader, string) {
	t.Helper()
	r, w := io.Pipe()
	f := multipart.NewWriter(w)
	go func() {
		part, err := f.CreateFormFile(field, "../../<b>.jpg")
		if err == nil {
			_, err = io.Copy(part, file)
		}
		if err == nil {
			err = f.Close()
		}
		w.CloseWithError(err)
	}()
	return r, f.FormDataContentType()
}

// send sends a file to be judged.
func (x *site) send(path, field string, file io.Reader) (int, string) {
	x.t.Helper()
	body, kind := form(x.t, field, file)
	r := httptest.NewRequest(http.MethodPost, path, body)
	r.Header.Set("Content-Type", kind)
	return x.do(r)
}

func TestAPictureIsTried(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg", "c.jpg")
	r := x.withModel()
	own, err := os.ReadFile(filepath.Join(x.dir, "a.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(filepath.Join(x.dir, "c.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	x.shows(address(r, ""), 200, "Try it", `name="picture"`)
	var wait sync.WaitGroup
	for range 4 { // at once
		wait.Go(func() {
			status, page := x.send(address(r, "/try"), "picture", bytes.NewReader(other))
			if status != 200 || !strings.Contains(page, "<bdi>real</bdi></strong> <span class=\"num\">73.1%") || !strings.Contains(page, fmt.Sprint("/image/", x.ids[1])) {
				t.Errorf("%d %s", status, page)
			}
		})
	}
	wait.Wait()
	status, page := x.send(address(r, "/try?bare=1"), "picture", bytes.NewReader(own))
	if status != 200 || strings.Contains(page, "<html") || !strings.Contains(page, "has learnt from this very picture") || strings.Contains(page, fmt.Sprint("/image/", x.ids[0], `"`)) {
		t.Errorf("a picture that it learnt from: %d %s", status, page)
	}
	x.shows(address(r, fmt.Sprint("/try?image=", x.ids[2])), 200, "c.jpg", "labelled")
	var tried stage.Tried
	status, text := x.send(fmt.Sprint("/api/runs/", r.ID, "/predict"), "picture", bytes.NewReader(other))
	if err := json.Unmarshal([]byte(text), &tried); err != nil || status != 200 || tried.Label != "real" || len(tried.Near) != 2 || tried.Width != 64 || tried.NearBy != "vit" {
		t.Errorf("%d %v: %s", status, err, text)
	}
	if status, said := x.post("/api/runs/probe-1/predict", map[string]any{"image": x.ids[2]}); status != 200 || said["label"] != "real" {
		t.Errorf("an image: %d %v", status, said)
	}
}

func TestWhatCannotBeTriedSaysWhy(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	r := x.withModel()
	big := io.LimitReader(zeros{}, uploadBytes+100<<10)
	for _, c := range []struct {
		path, field string
		file        io.Reader
		want        int
		text        string
	}{
		{address(r, "/try"), "picture", strings.NewReader("<svg onload=alert(1)>"), 422, "cannot be read as a picture"},
		{address(r, "/try"), "picture", strings.NewReader("\xff\xd8\xff\xe0\x00\x10JFIF"), 422, "cannot be read as a picture"},
		{address(r, "/try"), "picture", strings.NewReader(""), 400, "No picture was chosen"},
		{address(r, "/try"), "other", strings.NewReader("x"), 400, "No picture was chosen"},
		{address(r, "/try"), "picture", big, 413, "more than 64 MB"},
		{"/runs/99/try", "picture", strings.NewReader("x"), 404, "There is no run"},
	} {
		if status, page := x.send(c.path, c.field, c.file); status != c.want || !strings.Contains(page, c.text) {
			t.Errorf("%s %s: %d, want %d with %q: %.200s", c.path, c.field, status, c.want, c.text, page)
		}
	}
	status, text := x.do(httptest.NewRequest(http.MethodPost, "/api/runs/1/predict", strings.NewReader("{}")))
	if status != http.StatusUnsupportedMediaType {
		t.Errorf("no content type: %d %s", status, text)
	}
	x.shows(address(r, "/try?image=99"), 404)
	if err := os.Remove(filepath.Join(x.dir, "b.jpg")); err != nil {
		t.Fatal(err)
	}
	x.shows(address(r, fmt.Sprint("/try?image=", x.ids[1])), 422, "no such file")
	write(t, r.Dir, "model.safetensors", "no model any more")
	x.shows(address(r, fmt.Sprint("/try?image=", x.ids[0])), 409, "cannot be loaded")
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
