package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// table is a Parquet file with pictures in a column, as Hugging Face Datasets
// writes them: a group of bytes and path, or plain bytes. A picture's name is its
// column and the number of its row: "image/17".
type table struct {
	file     *os.File
	parquet  *parquet.File
	pictures []pictureColumn
	columns  map[int]string      // leaf -> name, of what is said of the row
	classes  map[string][]string // names of the classes of a column of numbers
}

type pictureColumn struct {
	name        string
	bytes, path int // leaves; path is -1 where there is none
}

func openParquet(file *os.File, size int64) (_ Archive, err error) {
	defer recoverParquet(&err)
	f, err := parquet.OpenFile(file, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, err
	}
	t := &table{file: file, parquet: f, columns: map[int]string{}, classes: classNames(f)}
	t.findColumns()
	if len(t.pictures) == 0 {
		return nil, fmt.Errorf("no column holds pictures (expected a group of bytes and path, or bytes named image)")
	}
	return t, nil
}

func (t *table) Close() error { return t.file.Close() }

// recoverParquet turns a panic of the parquet library, which a damaged file can
// cause, into an error: one file among many must not end the run.
func recoverParquet(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("damaged table: %v", r)
	}
}

func (t *table) findColumns() {
	schema := t.parquet.Schema()
	byName := map[string]pictureColumn{}
	for i, way := range schema.Columns() {
		leaf, ok := schema.Lookup(way...)
		if !ok || leaf.MaxRepetitionLevel > 0 {
			continue
		}
		top, last := way[0], way[len(way)-1]
		binary := leaf.Node.Type().Kind() == parquet.ByteArray
		switch {
		case len(way) == 2 && last == "bytes" && binary:
			c := orNew(byName, top)
			c.bytes = i
			byName[top] = c
		case len(way) == 2 && last == "path":
			c := orNew(byName, top)
			c.path = i
			byName[top] = c
		case len(way) == 1 && binary && leaf.Node.Type().LogicalType() == nil && namedLikeImage(top):
			byName[top] = pictureColumn{top, i, -1}
		default:
			t.columns[i] = strings.Join(way, ".")
		}
	}
	for _, f := range schema.Fields() {
		if c, ok := byName[f.Name()]; ok && c.bytes >= 0 {
			t.pictures = append(t.pictures, c)
		}
	}
}

func orNew(m map[string]pictureColumn, name string) pictureColumn {
	if c, ok := m[name]; ok {
		return c
	}
	return pictureColumn{name, -1, -1}
}

func namedLikeImage(name string) bool {
	switch strings.ToLower(name) {
	case "image", "images", "img", "picture", "photo", "bytes", "image_bytes", "jpg", "jpeg", "png", "webp":
		return true
	}
	return false
}

// classNames reads the features that Hugging Face Datasets keeps in the file's
// metadata: {"info": {"features": {"label": {"names": [...], "_type": "ClassLabel"}}}}.
func classNames(f *parquet.File) map[string][]string {
	text, ok := f.Lookup("huggingface")
	if !ok {
		return nil
	}
	var meta struct {
		Info struct {
			Features map[string]json.RawMessage `json:"features"`
		} `json:"info"`
	}
	if json.Unmarshal([]byte(text), &meta) != nil {
		return nil
	}
	classes := map[string][]string{}
	for name, raw := range meta.Info.Features {
		var feature struct {
			Names []string `json:"names"`
		}
		if json.Unmarshal(raw, &feature) == nil && len(feature.Names) > 0 {
			classes[name] = feature.Names
		}
	}
	return classes
}

func (t *table) Members(ctx context.Context) iter.Seq2[Member, error] {
	return func(yield func(Member, error) bool) {
		number := 0
		for _, group := range t.parquet.RowGroups() {
			more, err := t.group(ctx, group, &number, yield)
			if err != nil {
				yield(Member{}, err)
				return
			}
			if !more {
				return
			}
		}
	}
}

// group yields the pictures of one group of rows; more is false when the caller
// has had enough.
func (t *table) group(ctx context.Context, g parquet.RowGroup, number *int, yield func(Member, error) bool) (more bool, err error) {
	rows := g.Rows()
	defer rows.Close()
	buffer := make([]parquet.Row, 1)
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		n, err := readRow(rows, buffer)
		if n == 1 && !t.row(buffer[0], *number, yield) {
			return false, nil
		}
		*number += n
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, fmt.Errorf("row %d: %w", *number, err)
		}
	}
}

func readRow(rows parquet.Rows, buffer []parquet.Row) (n int, err error) {
	defer recoverParquet(&err)
	return rows.ReadRows(buffer)
}

func (t *table) row(r parquet.Row, number int, yield func(Member, error) bool) bool {
	values := map[int]parquet.Value{}
	var facts Facts
	for _, v := range r {
		values[v.Column()] = v
		if name, ok := t.columns[v.Column()]; ok && !v.IsNull() {
			facts.Set(captionIsPrompt(name), t.said(name, v))
		}
	}
	for _, c := range t.pictures {
		m := Member{Name: fmt.Sprintf("%s/%d", c.name, number), Facts: facts}
		content, there := values[c.bytes]
		path := values[c.path]
		switch {
		case there && !content.IsNull():
			data := content.ByteArray()
			m.Size = int64(len(data))
			m.open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
		case !path.IsNull():
			m.Problem = fmt.Sprintf("the table holds no bytes, only the path %q", path.String())
		default:
			continue
		}
		if !yield(m, nil) {
			return false
		}
	}
	return true
}

// said is what a value says; the number of a class is its name.
func (t *table) said(name string, v parquet.Value) any {
	switch v.Kind() {
	case parquet.Boolean:
		return v.Boolean()
	case parquet.Int32, parquet.Int64:
		n := v.Int64()
		if v.Kind() == parquet.Int32 {
			n = int64(v.Int32())
		}
		if names := t.classes[name]; n >= 0 && n < int64(len(names)) {
			return names[n]
		}
		return n
	case parquet.Float:
		return v.Float()
	case parquet.Double:
		return v.Double()
	case parquet.ByteArray:
		return strings.ToValidUTF8(string(v.ByteArray()), "\uFFFD")
	}
	return nil
}
