package ingest

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"
)

// maxRow bounds one row of a manifest, so that a file that is no table is refused
// instead of read into memory.
const maxRow = 16 << 20

// cell is one value of a row under the name of its column.
type cell struct {
	column string
	value  any // string, or a JSON value
}

// row is one row with where it lies in the file.
type row struct {
	line         int
	offset, size int64
	cells        []cell
}

// rowFormat reads one row out of its bytes.
type rowFormat interface {
	parse(raw []byte) ([]cell, error)
}

// rowReader yields rows until io.EOF. Of a failed row the line is set.
type rowReader interface {
	next() (row, error)
}

// openRows finds out the format from the name, or else from the first line, and
// reads the header.
func openRows(name string, file io.ReadSeeker) (rowFormat, rowReader, error) {
	lines, err := newLineReader(file)
	if err != nil {
		return nil, nil, err
	}
	first, err := lines.peek()
	if err != nil {
		return nil, nil, err
	}
	switch formatOf(name, first) {
	case "jsonl":
		return jsonRows{}, &lineRows{lines, jsonRows{}}, nil
	case "csv":
		return openCSV(file, lines.base)
	}
	head, err := lines.next()
	if err != nil {
		return nil, nil, err
	}
	columns, err := checkHeader(strings.Split(string(head.raw), "\t"))
	return tsvRows{columns}, &lineRows{lines, tsvRows{columns}}, err
}

func formatOf(name string, first []byte) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".jsonl", ".ndjson":
		return "jsonl"
	case ".csv":
		return "csv"
	case ".tsv", ".tab":
		return "tsv"
	}
	switch {
	case bytes.HasPrefix(bytes.TrimSpace(first), []byte("{")):
		return "jsonl"
	case bytes.ContainsRune(first, '\t'), !bytes.ContainsRune(first, ','):
		return "tsv"
	}
	return "csv"
}

func checkHeader(columns []string) ([]string, error) {
	seen, path := map[string]bool{}, false
	for i, c := range columns {
		c = strings.TrimSpace(c)
		columns[i] = c
		if c != "" && seen[strings.ToLower(c)] {
			return nil, fmt.Errorf("line 1: two columns are named %q", c)
		}
		seen[strings.ToLower(c)] = true
		path = path || isPathColumn(c)
	}
	if !path {
		return nil, fmt.Errorf("line 1: no column is named path; the first line must name the columns (found: %s)", clip(strings.Join(columns, ", ")))
	}
	return columns, nil
}

func clip(text string) string {
	if len(text) > 200 {
		return strings.ToValidUTF8(text[:200], "") + "..."
	}
	return text
}

// lineRows makes rows of lines; empty lines are passed over.
type lineRows struct {
	lines  *lineReader
	format rowFormat
}

func (r *lineRows) next() (row, error) {
	for {
		l, err := r.lines.next()
		if err != nil {
			return row{line: l.number}, err
		}
		if len(bytes.TrimSpace(l.raw)) == 0 {
			continue
		}
		cells, err := r.format.parse(l.raw)
		return row{line: l.number, offset: l.offset, size: int64(len(l.raw)), cells: cells}, err
	}
}

// tsvRows are plain: a tab ends a value, and quotes are quotes.
type tsvRows struct{ columns []string }

func (t tsvRows) parse(raw []byte) ([]cell, error) {
	if err := checkUTF8(raw); err != nil {
		return nil, err
	}
	return pair(t.columns, strings.Split(string(raw), "\t"))
}

func pair(columns, values []string) ([]cell, error) {
	if len(values) > len(columns) {
		return nil, fmt.Errorf("%d values for %d columns", len(values), len(columns))
	}
	cells := make([]cell, 0, len(values))
	for i, v := range values {
		if columns[i] != "" {
			cells = append(cells, cell{columns[i], v})
		}
	}
	return cells, nil
}

// jsonRows are one JSON object a line; numbers keep their digits.
type jsonRows struct{}

func (jsonRows) parse(raw []byte) ([]cell, error) {
	if err := checkUTF8(raw); err != nil {
		return nil, err
	}
	fields, err := jsonObject(raw)
	if err != nil {
		return nil, err
	}
	cells := make([]cell, 0, len(fields))
	for k, v := range fields {
		cells = append(cells, cell{k, v})
	}
	return cells, nil
}

func jsonObject(raw []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var fields map[string]any
	if err := dec.Decode(&fields); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return fields, nil
}

// csvRows follow RFC 4180, forgiving stray quotes.
type csvRows struct{ columns []string }

func (c csvRows) parse(raw []byte) ([]cell, error) {
	if err := checkUTF8(raw); err != nil {
		return nil, err
	}
	values, err := newCSV(bytes.NewReader(raw)).Read()
	if err != nil {
		return nil, err
	}
	return pair(c.columns, values)
}

func newCSV(r io.Reader) *csv.Reader {
	c := csv.NewReader(r)
	c.LazyQuotes = true
	c.FieldsPerRecord = -1
	return c
}

type csvReader struct {
	r       *csv.Reader
	row     *rowLimit
	base    int64
	columns []string
}

// rowLimit stops a reader that takes too much for one row, such as one that looks
// for the end of a quote to the end of the file.
type rowLimit struct {
	io.Reader
	left int
}

const readAhead = 64 << 10

func (l *rowLimit) next() { l.left = maxRow + readAhead }

func (l *rowLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLongRow
	}
	n, err := l.Reader.Read(p)
	l.left -= n
	return n, err
}

func openCSV(file io.ReadSeeker, base int64) (rowFormat, rowReader, error) {
	if _, err := file.Seek(base, io.SeekStart); err != nil {
		return nil, nil, reason(err)
	}
	limit := &rowLimit{Reader: file}
	limit.next()
	r := newCSV(bufio.NewReaderSize(limit, readAhead))
	head, err := r.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("line 1: %w", err)
	}
	columns, err := checkHeader(head)
	return csvRows{columns}, &csvReader{r, limit, base, columns}, err
}

func (c *csvReader) next() (row, error) {
	start := c.r.InputOffset()
	c.row.next()
	values, err := c.r.Read()
	line := 0
	if len(values) > 0 {
		line, _ = c.r.FieldPos(0)
	}
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return row{line: parse.Line}, parse.Err
	}
	size := c.r.InputOffset() - start
	if err == nil && size > maxRow {
		err = errLongRow
	}
	if err == nil {
		err = checkUTF8([]byte(strings.Join(values, "")))
	}
	if err != nil {
		return row{line: line}, err
	}
	cells, err := pair(c.columns, values)
	return row{line: line, offset: c.base + start, size: size, cells: cells}, err
}

var errLongRow = fmt.Errorf("longer than %d MB: is a quote not closed, or the file no table?", maxRow>>20)

// lineReader yields the lines of a file with where they lie.
type lineReader struct {
	r      *bufio.Reader
	base   int64 // length of the byte order mark
	offset int64
	number int
}

type textLine struct {
	number int
	offset int64
	raw    []byte // without the line's end; valid until the next line
}

func newLineReader(r io.Reader) (*lineReader, error) {
	l := &lineReader{r: bufio.NewReaderSize(r, 64<<10)}
	head, err := l.r.Peek(3)
	if err != nil && len(head) == 0 {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("the file is empty")
		}
		return nil, reason(err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		l.base = 3
		_, _ = l.r.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return nil, fmt.Errorf("line 1: UTF-16; save the file as UTF-8")
	}
	l.offset = l.base
	return l, nil
}

// peek returns the beginning of the first line.
func (l *lineReader) peek() ([]byte, error) {
	head, err := l.r.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, reason(err)
	}
	first, _, _ := bytes.Cut(head, []byte("\n"))
	return first, nil
}

func (l *lineReader) next() (textLine, error) {
	line := textLine{number: l.number + 1, offset: l.offset}
	for {
		part, err := l.r.ReadSlice('\n')
		line.raw = append(line.raw, part...)
		switch {
		case len(line.raw) > maxRow || l.offset > math.MaxInt64-maxRow:
			return line, errLongRow
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line.raw) > 0, err == nil:
			l.number++
			l.offset += int64(len(line.raw))
			line.raw = bytes.TrimSuffix(bytes.TrimSuffix(line.raw, []byte("\n")), []byte("\r"))
			return line, nil
		}
		return line, err
	}
}
