package ingest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Facts is what flags, folder names, a manifest or a sidecar say of one picture.
// Empty fields are not said. The fields are those of a catalogue's origin.
type Facts struct {
	Label, Subject, Source, Generator, Prompt, Seed, URL, Licence string
	// Extra holds everything else that was said, as JSON-able values.
	Extra map[string]any
}

// Over returns f with the gaps filled from the weaker facts below it.
func (f Facts) Over(weaker Facts) Facts {
	for _, name := range fieldNames {
		mine, other := f.field(name), weaker.field(name)
		if *mine == "" {
			*mine = *other
		}
	}
	if len(weaker.Extra) > 0 {
		extra := make(map[string]any, len(f.Extra)+len(weaker.Extra))
		for k, v := range weaker.Extra {
			extra[k] = v
		}
		for k, v := range f.Extra {
			extra[k] = v
		}
		f.Extra = extra
	}
	return f
}

// Within tells whether everything that f says is said by known too.
func (f Facts) Within(known Facts) bool {
	for _, name := range fieldNames {
		if said := *f.field(name); said != "" && said != *known.field(name) {
			return false
		}
	}
	for k, v := range f.Extra {
		if have, ok := known.Extra[k]; !ok || !sameJSON(v, have) {
			return false
		}
	}
	return true
}

// Missing returns what f says in fields where known says nothing.
func (f Facts) Missing(known Facts) Facts {
	out := Facts{}
	for _, name := range fieldNames {
		if *known.field(name) == "" {
			*out.field(name) = *f.field(name)
		}
	}
	return out
}

// Empty tells whether nothing is said.
func (f Facts) Empty() bool { return f.Within(Facts{}) }

var fieldNames = []string{"label", "subject", "source", "generator", "prompt", "seed", "url", "licence"}

func (f *Facts) field(name string) *string {
	switch name {
	case "label":
		return &f.Label
	case "subject":
		return &f.Subject
	case "source":
		return &f.Source
	case "generator":
		return &f.Generator
	case "prompt":
		return &f.Prompt
	case "seed":
		return &f.Seed
	case "url":
		return &f.URL
	case "licence", "license":
		return &f.Licence
	}
	return nil
}

// Set records what a column says. The names of Facts' fields, in any case, go
// there; every other column is kept as it is. Labels that are words for made by a
// machine or for real are brought to one form. Empty values say nothing.
func (f *Facts) Set(column string, value any) {
	column = strings.TrimSpace(column)
	to := f.field(strings.ToLower(column))
	text, plain := plainText(value)
	switch {
	case value == nil, plain && text == "":
		return
	case to == nil || !plain:
		if f.Extra == nil {
			f.Extra = map[string]any{}
		}
		f.Extra[column] = value
	case to == &f.Label:
		f.Label = labelOf(text)
	default:
		*to = text
	}
}

// labelOf brings the contract's words for generated pictures to the label ai; any
// other label stays as it was written.
func labelOf(text string) string {
	if label, ok := labelWords[strings.ToLower(text)]; ok {
		return label
	}
	return text
}

// plainText is the text of a value that is one: not a list, not an object.
func plainText(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return strings.TrimSpace(v), true
	case json.Number:
		return v.String(), true
	case bool, int64, int32, int, float64, float32:
		return fmt.Sprint(v), true
	}
	return "", false
}

func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
