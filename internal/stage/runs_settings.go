package stage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Setting is something that is said of a run, by its name in the catalogue; what lies
// in objects has the names of both, with a point between.
type Setting struct{ Name, Value string }

// Settings lists what is said in an object, in its order. It asks for no shape, so
// that it can also show what another version of curate has written.
func Settings(object json.RawMessage) []Setting {
	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber()
	var out []Setting
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	settingsOf(d, "", &out)
	return out
}

// settingsOf reads the rest of an object.
func settingsOf(d *json.Decoder, prefix string, out *[]Setting) {
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return
		}
		name := prefix + fmt.Sprint(key)
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			return
		}
		if bytes.HasPrefix(raw, []byte("{")) {
			inner := json.NewDecoder(bytes.NewReader(raw))
			inner.UseNumber()
			if _, err := inner.Token(); err == nil {
				settingsOf(inner, name+".", out)
			}
			continue
		}
		if text := settingText(raw); text != "" {
			*out = append(*out, Setting{name, text})
		}
	}
}

// settingText is a value as it is shown; "" for what says nothing, and for lists of
// more than words.
func settingText(raw json.RawMessage) string {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return ""
	}
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	case []any:
		var words []string
		for _, e := range v {
			switch e := e.(type) {
			case string:
				words = append(words, e)
			case json.Number:
				words = append(words, e.String())
			default:
				return ""
			}
		}
		return strings.Join(words, ", ")
	}
	return ""
}

// settingOf returns one of them, "" if it is not said.
func settingOf(all []Setting, name string) string {
	for _, s := range all {
		if s.Name == name {
			return s.Value
		}
	}
	return ""
}

// Said returns one thing that the run's settings say, "" if they do not.
func (r RunInfo) Said(name string) string { return settingOf(Settings(r.Settings), name) }

// Figure returns one number of the run's figures.
func (r RunInfo) Figure(name string) (float64, bool) {
	v, err := strconv.ParseFloat(settingOf(Settings(r.Figures), name), 64)
	return v, err == nil
}
