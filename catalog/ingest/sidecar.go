package ingest

import (
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
type sidecars struct {
	facts map[string]Facts
	read  bool
}

// collect reads all sidecars, once.
func (s *sidecars) collect(members iter.Seq2[Member, error]) error {
	if s.read {
		return nil
	}
	s.facts = map[string]Facts{}
	for m, err := range members {
		if err != nil {
			return err
		}
		if err := s.add(m); err != nil {
			return err
		}
	}
	s.read = true
	return nil
}

// of returns what the sidecars say of a member; json outweighs txt and cls.
func (s *sidecars) of(name string) Facts {
	key, _ := sampleKey(name)
	return s.facts[key]
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
	if err == errBomb {
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
