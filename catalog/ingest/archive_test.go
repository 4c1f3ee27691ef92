package ingest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
)

// entry is a member to be packed.
type entry struct{ name, text string }

var packers = map[string]func(t *testing.T, entries []entry) []byte{
	"a.zip":     packZip,
	"a.tar":     packTar,
	"a.tar.gz":  func(t *testing.T, e []entry) []byte { return packGzip(packTar(t, e)) },
	"a.tar.zst": func(t *testing.T, e []entry) []byte { return packZstd(t, packTar(t, e)) },
}

func packZip(t *testing.T, entries []entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		f, err := w.Create(e.name)
		if err == nil && !strings.HasSuffix(e.name, "/") {
			_, err = io.WriteString(f, e.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func packTar(t *testing.T, entries []entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Size: int64(len(e.text)), Mode: 0o666, Typeflag: tar.TypeReg}
		if strings.HasSuffix(e.name, "/") {
			h.Typeflag, h.Size = tar.TypeDir, 0
		}
		err := w.WriteHeader(h)
		if err == nil && h.Size > 0 {
			_, err = io.WriteString(w, e.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func packGzip(data []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(data)
	w.Close()
	return out.Bytes()
}

func packZstd(t *testing.T, data []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(data, nil)
}

func writeFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

type listed struct {
	name, text string
	facts      Facts
}

// list reads all members of an archive.
func list(t *testing.T, path string) ([]listed, error) {
	t.Helper()
	a, err := OpenArchive(path)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	var got []listed
	for m, err := range Described(t.Context(), a) {
		if err != nil {
			return got, err
		}
		got = append(got, listed{m.Name, text(m), m.Facts})
	}
	return got, nil
}

func text(m Member) string {
	r, err := m.Open()
	if err != nil {
		return "! " + err.Error()
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return "! " + err.Error()
	}
	return string(data)
}

func TestArchiveMembers(t *testing.T) {
	entries := []entry{
		{"real/", ""}, {"real/1.jpg", "one"}, {"../../etc/2.jpg", "two"}, {"/abs/3.jpg", "three"}, {`win\4.jpg`, "four"},
		{"real/1.jpg", "one again"}, {"./real/./5.jpg", ""},
	}
	want := []listed{
		{name: "real/1.jpg", text: "one"}, {name: "etc/2.jpg", text: "two"}, {name: "abs/3.jpg", text: "three"}, {name: "win/4.jpg", text: "four"},
		{name: "real/1.jpg#2", text: "one again"}, {name: "real/5.jpg"},
	}
	for name, pack := range packers {
		got, err := list(t, writeFile(t, name, pack(t, entries)))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\ngot  %q\nwant %q", name, err, got, want)
		}
	}
}

func TestSidecars(t *testing.T) {
	entries := []entry{
		{"0001.cls", "fake"}, {"0001.jpg", "one"}, {"0001.json", `{"subject": "car", "caption": "a red car", "score": 5.50}`}, {"0001.txt", "weaker"},
		{"0002.seg.png", "two"}, {"0002.txt", " a blue car\n"},
		{"0003.jpg", "three"}, {"0003.json", "no object"},
	}
	for name, pack := range packers {
		got, err := list(t, writeFile(t, name, pack(t, entries)))
		if err != nil {
			t.Fatal(err)
		}
		facts := map[string]string{}
		for _, m := range got {
			facts[m.name] = fmt.Sprintf("%s|%s|%s|%v", m.facts.Label, m.facts.Subject, m.facts.Prompt, m.facts.Extra)
		}
		for member, want := range map[string]string{
			"0001.jpg": "ai|car|a red car|map[score:5.50]", "0002.seg.png": "||a blue car|map[]", "0003.jpg": "|||map[]",
		} {
			if facts[member] != want {
				t.Errorf("%s: %s: got %s, want %s", name, member, facts[member], want)
			}
		}
	}
}

// A damaged archive gives its good members and then an error.
func TestDamagedArchives(t *testing.T) {
	entries := []entry{{"1.jpg", strings.Repeat("one", 4000)}, {"2.jpg", strings.Repeat("two", 4000)}}
	whole := packTar(t, entries)
	for name, data := range map[string][]byte{
		"cut.tar":     whole[:len(whole)-9000],
		"cut.tar.gz":  packGzip(whole[:len(whole)-9000]),
		"cut.tar.zst": packZstd(t, whole[:len(whole)-9000]),
	} {
		got, err := list(t, writeFile(t, name, data))
		if err == nil && !strings.HasPrefix(got[len(got)-1].text, "! ") {
			t.Errorf("%s: no fault was found in %d members", name, len(got))
		}
		if len(got) == 0 || got[0].text != entries[0].text {
			t.Errorf("%s: the first member is good and was not read", name)
		}
	}
	for name, data := range map[string][]byte{
		"cut.zip": packZip(t, entries)[:200],
		"a.gz":    packGzip(whole)[:20],
		"a.zst":   {0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff, 0xff},
		"a.pq":    []byte("PAR1 and nothing else PAR1"),
	} {
		if got, err := list(t, writeFile(t, name, data)); err == nil {
			t.Errorf("%s: no error, %d members", name, len(got))
		}
	}
	for _, data := range []string{"", "plain text", "\x89PNG\r\n\x1a\n"} {
		if _, err := list(t, writeFile(t, "a.zip", []byte(data))); !errors.Is(err, ErrNotContainer) {
			t.Errorf("%q: got %v, want ErrNotContainer", data, err)
		}
	}
}

func TestEncryptedMember(t *testing.T) {
	data := packZip(t, []entry{{"1.jpg", "one"}})
	at := bytes.Index(data, []byte("PK\x01\x02"))
	data[at+8] |= zipEncrypted // the flags in the central directory
	got, err := list(t, writeFile(t, "a.zip", data))
	if err != nil || len(got) != 1 || !strings.Contains(got[0].text, "encrypted") {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestBudgetStopsBombs(t *testing.T) {
	b := &budget{packed: 1 << 20}
	if err := b.add(bombBytes); err != nil {
		t.Errorf("%d bytes are no bomb yet: %v", bombBytes, err)
	}
	if err := b.add(1 << 20); err == nil {
		t.Error("a thousand times its size is no bomb")
	}
	fair := &budget{packed: 100 << 20}
	if err := fair.add(10 << 30); err != nil {
		t.Errorf("a hundred times its size is: %v", err)
	}
	r := counted{strings.NewReader("text"), &budget{packed: 1, unpacked: bombBytes}}
	if _, err := io.ReadAll(r); !errors.Is(err, errBomb) {
		t.Errorf("reading on gave %v", err)
	}
}

type hfImage struct {
	Bytes []byte  `parquet:"bytes,optional"`
	Path  *string `parquet:"path,optional"`
}

type hfRow struct {
	Image hfImage `parquet:"image"`
	Label int64   `parquet:"label"`
	Text  string  `parquet:"text"`
	Score float64 `parquet:"score"`
}

func packParquet(t *testing.T, rows []hfRow) string {
	t.Helper()
	var out bytes.Buffer
	w := parquet.NewGenericWriter[hfRow](&out, parquet.MaxRowsPerRowGroup(2),
		parquet.KeyValueMetadata("huggingface", `{"info":{"features":{"label":{"names":["real","fake"],"_type":"ClassLabel"},"image":{"_type":"Image"}}}}`))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "a.parquet", out.Bytes())
}

func TestParquet(t *testing.T) {
	elsewhere := "elsewhere.jpg"
	path := packParquet(t, []hfRow{
		{Image: hfImage{Bytes: []byte("one")}, Label: 1, Text: "a car", Score: 0.5},
		{Image: hfImage{Bytes: []byte("two")}, Label: 0, Text: "a tree"},
		{Image: hfImage{Path: &elsewhere}, Label: 7},
		{Label: 0},
		{Image: hfImage{Bytes: []byte("five")}, Label: 0, Text: "last"},
	})
	got, err := list(t, path)
	if err != nil {
		t.Fatal(err)
	}
	want := []listed{
		{"image/0", "one", Facts{Label: "ai", Prompt: "a car", Extra: map[string]any{"score": 0.5}}},
		{"image/1", "two", Facts{Label: "real", Prompt: "a tree", Extra: map[string]any{"score": 0.0}}},
		{"image/2", `! the table holds no bytes, only the path "elsewhere.jpg"`, Facts{Label: "7", Extra: map[string]any{"score": 0.0}}},
		{"image/4", "five", Facts{Label: "real", Prompt: "last", Extra: map[string]any{"score": 0.0}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestParquetWithoutPictures(t *testing.T) {
	var out bytes.Buffer
	if err := parquet.Write(&out, []struct{ A int }{{1}}); err != nil {
		t.Fatal(err)
	}
	_, err := list(t, writeFile(t, "a.parquet", out.Bytes()))
	if err == nil || !strings.Contains(err.Error(), "no column holds pictures") {
		t.Errorf("got %v", err)
	}
}

// Whatever its bytes, an archive ends, in members or in an error.
func FuzzArchive(f *testing.F) {
	entries := []entry{{"a/1.jpg", "one"}, {"1.json", `{"label":"ai"}`}}
	t := &testing.T{}
	f.Add(packZip(t, entries))
	f.Add(packTar(t, entries))
	f.Add(packGzip(packTar(t, entries)))
	f.Add(packZstd(t, packTar(t, entries)))
	path := filepath.Join(f.TempDir(), "a")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		a, err := OpenArchive(path)
		if err != nil {
			return
		}
		defer a.Close()
		seen := map[string]bool{}
		for m, err := range Described(context.Background(), a) {
			if err != nil {
				return
			}
			text(m)
			if seen[m.Name] || strings.HasPrefix(m.Name, "/") || slices.Contains(strings.Split(m.Name, "/"), "..") {
				t.Fatalf("member %q: not a name of its own inside the archive", m.Name)
			}
			seen[m.Name] = true
		}
	})
}
