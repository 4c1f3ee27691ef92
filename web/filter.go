package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/curate/curate/catalog"
)

// chosen is a filter as an address has it.
type chosen struct {
	catalog.Filter
	Values url.Values // only what chooses
}

// pageTiles is how many images a page of a list holds.
const pageTiles = 200

// filterFields are the parts of an address that choose images.
var filterFields = []string{"status", "label", "subject", "source", "generator", "prompt", "issue", "split", "format", "min_side", "max_side", "under", "id"}

// filter reads a filter from an address. "-" stands for a value that is not said.
func (s *Server) filter(r *http.Request) (c chosen, err error) {
	if c, err = s.filterOf(r.URL.Query()); err != nil {
		return c, err
	}
	if c.After, err = number(r, "after", 0); err != nil {
		return c, err
	}
	limit, err := number(r, "limit", pageTiles)
	c.Limit = int(min(max(limit, 1), 1000))
	return c, err
}

// filterOf reads a filter, and no place in its list.
func (s *Server) filterOf(q url.Values) (c chosen, err error) {
	c.Values = url.Values{}
	f := &c.Filter
	texts := map[string]*[]string{"label": &f.Label, "subject": &f.Subject, "source": &f.Source, "generator": &f.Generator, "prompt": &f.Prompt, "issue": &f.Issue, "format": &f.Format}
	for _, name := range filterFields {
		for _, v := range q[name] {
			if v == "" {
				continue
			}
			if len(v) > 4096 || strings.ContainsRune(v, 0) {
				return c, badRequest("%s is no text to look for", name)
			}
			c.Values.Add(name, v)
			if v == "-" {
				v = ""
			}
			if into, ok := texts[name]; ok {
				*into = append(*into, v)
			} else if err := s.choose(f, name, v); err != nil {
				return c, err
			}
		}
	}
	return c, c.check()
}

// choose takes in a part of a filter that is more than a text.
func (s *Server) choose(f *catalog.Filter, name, v string) error {
	switch name {
	case "status":
		f.Status = append(f.Status, catalog.Status(v))
		return nil
	case "split":
		f.Split = append(f.Split, catalog.Split(v))
		return nil
	case "under":
		f.Under = append(f.Under, s.view.Stored(v)...)
		return nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return badRequest("%s %q is no number", name, v)
	}
	switch name {
	case "id":
		f.IDs = append(f.IDs, n)
	case "min_side":
		f.MinSide = int(n)
	case "max_side":
		f.MaxSide = int(n)
	}
	return nil
}

// check refuses words that can choose nothing: they were mistyped.
func (c chosen) check() error {
	for _, v := range c.Status {
		if !slices.Contains(catalog.Statuses(), v) {
			return badRequest("no status is called %q", v)
		}
	}
	for _, v := range c.Split {
		if !slices.Contains([]catalog.Split{"", catalog.Train, catalog.Val, catalog.Test}, v) {
			return badRequest("no split is called %q", v)
		}
	}
	if c.MaxSide > 0 && c.MinSide > c.MaxSide {
		return badRequest("no picture is at least %d and at most %d pixels", c.MinSide, c.MaxSide)
	}
	return nil
}

// query is one field of an address.
func query(field, value string) string {
	if value == "" {
		value = "-"
	}
	return url.Values{field: {value}}.Encode()
}

// choice is a part of the filter, with the address without it.
type choice struct{ Field, Value, Without string }

// fieldNames are the fields as people read them, where the address has another word.
var fieldNames = map[string]string{"min_side": "shorter side from", "max_side": "shorter side up to", "under": "folder", "id": "number", "prompt": "prompt has"}

func fieldName(field string) string {
	if name, ok := fieldNames[field]; ok {
		return name
	}
	return field
}

func (c chosen) choices() (out []choice) {
	for _, field := range filterFields {
		for i, v := range c.Values[field] {
			without := copied(c.Values)
			without[field] = slices.Delete(slices.Clone(without[field]), i, i+1)
			if v == "-" {
				v = "not said"
			}
			out = append(out, choice{fieldName(field), v, "/browse?" + without.Encode()})
		}
	}
	return out
}

// copied copies the parts of an address, to be changed.
func copied(v url.Values) url.Values {
	out := url.Values{}
	for k, vs := range v {
		out[k] = slices.Clone(vs)
	}
	return out
}
