package search

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/curate/curate/catalog"
)

// id is an image's number as bleve has it, of one length, so that it sorts as numbers do.
func id(n catalog.ImageID) string { return fmt.Sprintf("%012d", n) }

func imageOf(id string) (catalog.ImageID, error) { return strconv.ParseInt(id, 10, 64) }

// document is what bleve is given of an image. places are all of its locations; those that are gone count only where none is left.
func document(row catalog.Row, places []catalog.Location) map[string]any {
	d := map[string]any{
		"status": string(row.Status), "split": string(row.Split), "format": row.Format, "issue": anys(row.Issues),
		"width": row.Width, "height": row.Height, "bytes": row.Bytes,
	}
	said := sayings{d: d}
	for _, f := range []struct{ name, value string }{{"label", row.Label}, {"subject", row.Subject}, {"source", row.Source}, {"generator", row.Generator}, {"prompt", row.Prompt}} {
		said.add(f.name, f.value)
	}
	for _, l := range heard(places) {
		said.place(l)
	}
	if about := ofFile(row.Metadata); len(about) > 0 {
		d["exif"] = about
	}
	d["is"] = map[string]any{
		"status": facet(string(row.Status)), "label": facet(row.Label), "subject": facet(row.Subject), "source": facets(d["source"]),
		"generator": facets(d["generator"]), "split": facet(string(row.Split)), "format": facet(row.Format),
	}
	return d
}

// Unsaid is the value of a facet where none is known.
const Unsaid = "-"

func facet(value string) string {
	if value == "" {
		return Unsaid
	}
	return value
}

// facets are the values of a field that may have several: those of any location.
func facets(values any) any {
	if list, ok := values.([]any); ok && len(list) > 0 {
		return list
	}
	return Unsaid
}

func heard(places []catalog.Location) []catalog.Location {
	live := slices.Collect(func(yield func(catalog.Location) bool) {
		for _, l := range places {
			if l.Gone.IsZero() && !yield(l) {
				return
			}
		}
	})
	if len(live) > 0 {
		return live
	}
	return places
}

// sayings collects texts by field, each once.
type sayings struct{ d map[string]any }

func (s sayings) add(field string, value any) {
	if value == "" || value == nil {
		return
	}
	list, _ := s.d[field].([]any)
	if !slices.Contains(list, value) {
		s.d[field] = append(list, value)
	}
}

func (s sayings) place(l catalog.Location) {
	s.add("path", l.Path)
	o := l.Origin
	for _, f := range []struct{ name, value string }{
		{"label", o.Label}, {"subject", o.Subject}, {"source", o.Source}, {"generator", o.Generator}, {"prompt", o.Prompt}, {"seed", o.Seed},
		{"url", o.URL}, {"licence", o.Licence},
	} {
		s.add(f.name, f.value)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Extra)) {
		s.column(columnField(name), o.Extra[name])
	}
}

// columnField is the field of a manifest's column: its own name, with what a query could not hold replaced, unless that is taken.
func columnField(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' {
			return r
		}
		return '_'
	}, name)
	if slices.Contains(fields, name) || slices.Contains([]string{"exif", "is", "_all", "_id", ""}, name) {
		return "column_" + name
	}
	return name
}

// longestText is how much of one text is indexed: no prompt is longer, and a manifest may hold anything.
const longestText = 32 << 10

// column adds a value of a manifest. A number is found as it is written, and by >, < and their like.
func (s sayings) column(field string, value any) {
	switch v := value.(type) {
	case string:
		s.add(field, v[:min(len(v), longestText)])
		if n, err := strconv.ParseFloat(v, 64); err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
			s.add(field, n)
		}
	case float64:
		s.add(field, strconv.FormatFloat(v, 'g', -1, 64))
		s.add(field, v)
	case bool:
		s.add(field, strconv.FormatBool(v))
	case []any:
		for _, x := range v {
			s.column(field, x)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			s.column(field, v[name])
		}
	}
}

// ofFile is what a file says of itself, without its yes and no.
func ofFile(meta map[string]any) map[string]any {
	s := sayings{map[string]any{}}
	for _, name := range slices.Sorted(maps.Keys(meta)) {
		if _, is := meta[name].(bool); !is {
			s.column(name, meta[name])
		}
	}
	return s.d
}

func anys(texts []string) []any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}
