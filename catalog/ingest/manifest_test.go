package ingest

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// manifest writes a table beside the files a.jpg and sub/b.jpg and opens it.
func manifest(t *testing.T, name, text string) (*Manifest, string, error) {
	t.Helper()
	root := tree(t, "a.jpg", "sub/b.jpg")
	file := filepath.Join(root, name)
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	m, err := OpenManifest(file, canonical)
	if err == nil {
		t.Cleanup(func() { m.Close() })
	}
	return m, root, err
}

func TestManifestFormats(t *testing.T) {
	full := Facts{Label: "ai", Subject: "car", Source: "crawl", Generator: "sd15", Prompt: `a "red" car, fast`, Extra: map[string]any{"Score": "0.5"}}
	for name, text := range map[string]string{
		"m.tsv":        "path\tlabel\tsubject\tsource\tgenerator\tprompt\tScore\na.jpg\tfake\tcar\tcrawl\tsd15\ta \"red\" car, fast\t0.5\nsub/b.jpg\treal\n",
		"crlf.tsv":     "path\tlabel\tsubject\tsource\tgenerator\tprompt\tScore\r\na.jpg\tai\tcar\tcrawl\tsd15\ta \"red\" car, fast\t0.5\r\n\r\nsub/b.jpg\treal\r\n",
		"bom.csv":      "\xef\xbb\xbfPath,LABEL,subject,source,generator,prompt,Score\na.jpg,ai,car,crawl,sd15,\"a \"\"red\"\" car, fast\",0.5\nsub/b.jpg,real,,,,,\n",
		"lazy.csv":     "label,file_name,subject,source,generator,prompt,Score\nai,a.jpg,car,crawl,sd15,\"a \"\"red\"\" car, fast\",0.5\nreal,sub/b.jpg\n",
		"m.jsonl":      `{"path":"a.jpg","label":"synthetic","subject":"car","source":"crawl","generator":"sd15","prompt":"a \"red\" car, fast","Score":"0.5","none":null}` + "\n\n" + `{"path":"./sub/b.jpg","label":"real"}` + "\n",
		"unknown-json": `{"path":"a.jpg","label":"ai","subject":"car","source":"crawl","generator":"sd15","prompt":"a \"red\" car, fast","Score":"0.5"}` + "\n" + `{"path":"sub/b.jpg","label":"real"}`,
		"unknown-tsv":  "path\tlabel\tsubject\tsource\tgenerator\tprompt\tScore\na.jpg\tai\tcar\tcrawl\tsd15\ta \"red\" car, fast\t0.5\nsub/b.jpg\treal\t\t\t\t\t",
	} {
		m, root, err := manifest(t, name, text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, ok, err := m.Lookup(filepath.Join(root, "a.jpg"))
		if !ok || err != nil || !reflect.DeepEqual(got, full) {
			t.Errorf("%s: a.jpg: got %+v, %t, %v", name, got, ok, err)
		}
		got, ok, err = m.Lookup(filepath.Join(root, "sub/b.jpg"))
		if !ok || err != nil || !reflect.DeepEqual(got, Facts{Label: "real"}) {
			t.Errorf("%s: b.jpg: got %+v, %t, %v", name, got, ok, err)
		}
		if _, ok, _ := m.Lookup(filepath.Join(root, "c.jpg")); ok {
			t.Errorf("%s: knows a file that it does not name", name)
		}
		if n, _ := m.Unused(10); n != 0 || m.Rows() != 2 {
			t.Errorf("%s: %d rows, %d unused", name, m.Rows(), n)
		}
	}
}

// Prompts over several lines, and more of them than a buffer holds.
func TestManifestLongRows(t *testing.T) {
	prompt := strings.Repeat("many words\nand lines, ", 20000)
	m, root, err := manifest(t, "m.csv", "path,prompt\na.jpg,\""+prompt+"\"\nsub/b.jpg,short\n")
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := m.Lookup(filepath.Join(root, "a.jpg"))
	if err != nil || got.Prompt != strings.TrimSpace(prompt) {
		t.Errorf("a long prompt came back with %d bytes, %v", len(got.Prompt), err)
	}
	if got, _, _ := m.Lookup(filepath.Join(root, "sub/b.jpg")); got.Prompt != "short" {
		t.Errorf("the row after it: %q", got.Prompt)
	}
}

func TestManifestErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"m.tsv", "", "the file is empty"},
		{"m.tsv", "path\tlabel\n", "no rows"},
		{"m.tsv", "file\tlabel\na.jpg\tai\n", "line 1: no column is named path"},
		{"m.tsv", "path\tlabel\tLabel\na.jpg\tai\tai\n", "line 1: two columns are named"},
		{"m.tsv", "path\tlabel\na.jpg\tai\tx\n", "line 2: 3 values for 2 columns"},
		{"m.tsv", "path\tlabel\na.jpg\tai\n\tai\n", "line 3: the path is empty"},
		{"m.tsv", "path\tlabel\na.jpg\t\xff\xfe\n", "line 2: not UTF-8"},
		{"m.csv", "path,label\na.jpg,ai\na.jpg,\xff\n", "line 3: not UTF-8"},
		{"m.tsv", "\xff\xfep\x00a\x00", "UTF-16"},
		{"m.tsv", "path\tlabel\na.jpg\tai\n./a.jpg\treal\n", "line 3: path \"./a.jpg\": line 2 says otherwise"},
		{"m.csv", "path,label\na.jpg,ai\n,ai\n", "line 3: the path is empty"},
		{"m.jsonl", "{\"path\":\"a.jpg\"}\nnonsense\n", "line 2: not a JSON object"},
		{"m.jsonl", "{\"label\":\"ai\"}\n", "line 1: has no path"},
		{"m.jsonl", "{\"path\":\"a\"} {\"path\":\"b\"}\n", "line 1: more than one JSON value"},
		{"m.tsv", "path\tlabel\na\x00b\tai\n", "line 2: the path holds a NUL byte"},
		{"m.tsv", "path\n" + strings.Repeat("x", maxRow+1), "line 2: longer than"},
		{"m.csv", "path\n\"" + strings.Repeat("x", maxRow+1) + "\"\n", "line 2: longer than"},
	} {
		_, _, err := manifest(t, c.name, c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.name) {
			t.Errorf("%s %.40q: got %v, want one with %q", c.name, c.text, err, c.want)
		}
	}
	if _, err := OpenManifest(filepath.Join(t.TempDir(), "none.tsv"), canonical); err == nil || !strings.Contains(err.Error(), "none.tsv: no such file") {
		t.Errorf("a manifest that is not there: %v", err)
	}
}

func TestManifestUnused(t *testing.T) {
	m, root, err := manifest(t, "m.tsv", "path\tlabel\na.jpg\tai\na.jpg\tai\nsub/b.jpg\treal\nnowhere.jpg\tai\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := m.Lookup(filepath.Join(root, "a.jpg")); err != nil {
		t.Fatal(err)
	}
	n, first := m.Unused(1)
	if n != 2 || len(first) != 1 || first[0].Line != 4 || first[0].Path != "sub/b.jpg" || !strings.Contains(first[0].Why, "not under") {
		t.Errorf("got %d, %+v", n, first)
	}
	if _, first = m.Unused(9); len(first) != 2 || first[1].Why != "no such file" {
		t.Errorf("got %+v", first)
	}
	if m.Repeated != 1 {
		t.Errorf("%d rows repeated, want 1", m.Repeated)
	}
}

// Whatever the bytes, a manifest is read or refused, and what was indexed can be
// read again.
func FuzzManifest(f *testing.F) {
	for _, seed := range []string{"path\tlabel\na\tai\n", "path,label\na,\"x\"\n", `{"path":"a","label":1}`, "\xef\xbb\xbfpath\r\n\"\r\n"} {
		for _, ext := range []string{".tsv", ".csv", ".jsonl", ""} {
			f.Add(ext, seed)
		}
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, ext, text string) {
		name := filepath.Join(dir, "m"+strings.Map(keepLetters, ext))
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Skip("no such name here")
		}
		m, err := OpenManifest(name, func(path string) (string, error) { return filepath.Abs(path) })
		if err != nil {
			return
		}
		defer m.Close()
		for _, r := range m.rows {
			cells, err := m.cells(r)
			if err != nil {
				t.Fatalf("line %d was read once, and then: %v", r.line, err)
			}
			if _, err := pathOf(cells); err != nil {
				t.Fatalf("line %d had a path once, and then: %v", r.line, err)
			}
		}
	})
}

func keepLetters(r rune) rune {
	if r == '.' || r >= 'a' && r <= 'z' {
		return r
	}
	return -1
}
