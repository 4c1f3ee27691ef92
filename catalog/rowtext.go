package catalog

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"unicode/utf8"
)

// rowValues are columns of one row by name, as the driver gives them: nil, int64, float64, string, []byte.
type rowValues map[string]any

// text writes columns as a JSON object for the journal. What JSON cannot carry is wrapped: {"blob": hex}, {"text": hex} for text that is not
// UTF-8, {"real": number} for a real number, so that it does not come back as an integer. No columns at all are nil.
func (r rowValues) text() (any, error) {
	if r == nil {
		return nil, nil
	}
	out := make(map[string]any, len(r))
	for name, v := range r {
		switch v := v.(type) {
		case []byte:
			out[name] = map[string]any{"blob": hex.EncodeToString(v)}
		case float64:
			out[name] = map[string]any{"real": v}
		case string:
			if out[name] = v; !utf8.ValidString(v) {
				out[name] = map[string]any{"text": hex.EncodeToString([]byte(v))}
			}
		default:
			out[name] = v
		}
	}
	b, err := json.Marshal(out)
	return string(b), err
}

// readRow reads what text wrote.
func readRow(s *string) (rowValues, error) {
	if s == nil {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(*s)))
	d.UseNumber() // all 64 bits of a time
	var in map[string]any
	if err := d.Decode(&in); err != nil {
		return nil, fmt.Errorf("a change in the journal: %w", err)
	}
	out := make(rowValues, len(in))
	for name, v := range in {
		var err error
		if out[name], err = readCell(v); err != nil {
			return nil, fmt.Errorf("column %s of a change in the journal: %w", name, err)
		}
	}
	return out, nil
}

func readCell(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		return v.Int64()
	case map[string]any:
		if n, ok := v["real"].(json.Number); ok {
			return n.Float64()
		}
		if s, ok := v["text"].(string); ok {
			b, err := hex.DecodeString(s)
			return string(b), err
		}
		s, ok := v["blob"].(string)
		if !ok {
			return nil, fmt.Errorf("unknown wrapping %v", v)
		}
		b, err := hex.DecodeString(s)
		return append([]byte{}, b...), err
	}
	return v, nil
}

// within tells whether every column of r has the same value in full.
func (r rowValues) within(full rowValues) bool {
	for name, v := range r {
		if !sameCell(v, full[name]) {
			return false
		}
	}
	return true
}

// differing are the columns of a and b that are not alike, in both.
func differing(a, b rowValues) (da, db rowValues) {
	da, db = rowValues{}, rowValues{}
	for name, v := range a {
		if !sameCell(v, b[name]) {
			da[name], db[name] = v, b[name]
		}
	}
	return da, db
}

func sameCell(a, b any) bool { return reflect.DeepEqual(a, b) }
