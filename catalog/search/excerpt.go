package search

import (
	"cmp"
	"html/template"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/curate/curate/catalog"
)

// Excerpt is a part of a field with words that were found.
type Excerpt struct {
	Field  string  `json:"field"`
	Pieces []Piece `json:"pieces"`
}

// Piece is a piece of a text, as it was found: it may hold anything.
type Piece struct {
	Text  string `json:"text"`
	Found bool   `json:"found"` // it answers to the query
}

// HTML is an excerpt with its words in <mark>, everything of it escaped.
func (e Excerpt) HTML() template.HTML {
	var b strings.Builder
	for _, p := range e.Pieces {
		text := template.HTMLEscapeString(p.Text)
		if p.Found {
			text = "<mark>" + text + "</mark>"
		}
		b.WriteString(text)
	}
	return template.HTML(b.String())
}

const (
	excerptLength = 160 // bytes of text around what was found
	mostExcerpts  = 3   // of one image
)

// shownFirst are the fields that say most.
var shownFirst = []string{"prompt", "caption", "path"}

// Excerpts shows where the words of a query are in what the catalogue says of an image. places are all of its locations.
func (m *Marker) Excerpts(row catalog.Row, places []catalog.Location) (out []Excerpt) {
	if m == nil || len(m.sought) == 0 {
		return nil
	}
	texts := textsOf("", document(row, places))
	for _, field := range slices.SortedFunc(maps.Keys(texts), byWorth) {
		for _, text := range texts[field] {
			if marks := m.marks(field, text); len(marks) > 0 {
				out = append(out, Excerpt{field, pieces(text, marks)})
				break
			}
		}
		if len(out) == mostExcerpts {
			break
		}
	}
	return out
}

func byWorth(a, b string) int {
	rank := func(field string) int {
		if i := slices.Index(shownFirst, field); i >= 0 {
			return i
		}
		return len(shownFirst)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

// textsOf lists the texts of a document by field.
func textsOf(prefix string, d map[string]any) map[string][]string {
	out := map[string][]string{}
	for name, value := range d {
		switch v := value.(type) {
		case map[string]any:
			if name != "is" {
				maps.Copy(out, textsOf(prefix+name+".", v))
			}
		case []any:
			for _, x := range v {
				if text, ok := x.(string); ok {
					out[prefix+name] = append(out[prefix+name], text)
				}
			}
		}
	}
	return out
}

// span is a part of a text, in bytes.
type span struct{ from, to int }

// pieces cuts what surrounds the first mark out of a text.
func pieces(text string, marks []span) (out []Piece) {
	from := wordStart(text, max(0, marks[0].from-excerptLength/3))
	to := max(from+excerptLength, marks[0].to)
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	to = min(to, len(text))
	add := func(text string, found bool) {
		if text != "" {
			out = append(out, Piece{strings.ToValidUTF8(text, "\ufffd"), found})
		}
	}
	if from > 0 {
		add("…", false)
	}
	for _, m := range marks {
		if m.to > to {
			break
		}
		add(text[from:m.from], false)
		add(text[m.from:m.to], true)
		from = m.to
	}
	add(text[from:to], false)
	if to < len(text) {
		add("…", false)
	}
	return out
}

// wordStart moves a place in a text back to where its character begins, and to where its word does when that is near.
func wordStart(text string, at int) int {
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	near := max(0, at-20)
	if i := strings.LastIndexAny(text[near:at], " /"); i >= 0 {
		return near + i + 1
	}
	return at
}
