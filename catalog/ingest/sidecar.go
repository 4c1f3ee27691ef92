package ingest

import (
	"context"
	"errors"
	"io"
	"iter"
	"path"
	"strings"
	"unicode/utf8"
)

// maxSidecar bounds a text beside a picture; what is longer is none.
const maxSidecar = 1 << 20

// sidecars holds what small files beside the pictures of an archive say, by the key
// that they share with the picture: a WebDataset's sample is key.jpg with key.json,
// key.txt (a caption) and key.cls (a class).
type sidecars struct{ facts map[string]Facts }

// Described yields the members of an archive with what sidecars say of them, which
// takes a pass through the archive of its own. Json outweighs txt and cls.
func Described(ctx context.Context, a Archive) iter.Seq2[Member, error] {
	if _, ok := a.(*table); ok {
		return a.Members(ctx) // the columns have said it
	}
	return func(yield func(Member, error) bool) {
		s := sidecars{facts: map[string]Facts{}}
		for m, err := range a.Members(ctx) {
			if err != nil || s.add(m) != nil {
				break // the fault comes again below, after the members before it
			}
		}
		for m, err := range a.Members(ctx) {
			key, _ := sampleKey(m.Name)
			m.Facts = s.facts[key]
			if !yield(m, err) {
				return
			}
		}
	}
}

func (s *sidecars) add(m Member) error {
	key, end := sampleKey(m.Name)
	if m.Size > maxSidecar || m.Problem != "" || !isSidecarEnd(end) {
		return nil
	}
	r, err := m.Open()
	if err != nil {
		return nil // listed again as a member, with its fault
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, maxSidecar+1))
	if errors.Is(err, errBomb) {
		return err
	}
	if err != nil || !utf8.Valid(raw) {
		return nil
	}
	facts := sidecarFacts(end, raw)
	if end == "json" {
		s.facts[key] = facts.Over(s.facts[key])
	} else {
		s.facts[key] = s.facts[key].Over(facts)
	}
	return nil
}

func isSidecarEnd(end string) bool {
	return end == "json" || end == "txt" || end == "cls" || end == "caption"
}

func sidecarFacts(end string, raw []byte) Facts {
	var f Facts
	switch end {
	case "json":
		fields, err := jsonObject(raw)
		if err != nil {
			return f
		}
		for k, v := range fields {
			f.Set(captionIsPrompt(k), v)
		}
	case "cls":
		f.Set("label", string(raw))
	default:
		f.Set("prompt", string(raw))
	}
	return f
}

// captionIsPrompt maps the usual names of a picture's text to prompt.
func captionIsPrompt(column string) string {
	switch strings.ToLower(column) {
	case "caption", "text":
		return "prompt"
	}
	return column
}

// sampleKey splits a member's name at the first dot of its last part.
func sampleKey(name string) (key, end string) {
	folder, base := path.Split(name)
	stem, end, _ := strings.Cut(base, ".")
	return folder + stem, strings.ToLower(end)
}
