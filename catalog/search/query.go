package search

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"
	"github.com/blevesearch/vellum/regexp"
)

// QueryError says what is wrong with a query, and where.
type QueryError struct {
	Query string
	At    int    // character from which on it cannot be read, 1 for the first
	Why   string // what is wrong there
	Do    string // what to do about it
}

func (e *QueryError) Error() string {
	return fmt.Sprintf("query '%s', from character %d on: %s; %s", e.Query, e.At, e.Why, e.Do)
}

// longestQuery is more than anybody types. Of words that are given in part each is compared with every word of every field: so many are
// enough for anybody, and keep a query from taking a minute.
const (
	longestQuery = 4096
	mostPatterns = 50
)

// parse reads a query as bleve's query strings are written: words, "phrases", field:word, +must, -not, field:>number, wild*, fuzzy~. The
// fields are those that the index has.
func parse(text string, m mapping.IndexMapping, known []string) (query.Query, *Marker, error) {
	if len(text) > longestQuery {
		return nil, nil, &QueryError{strings.ToValidUTF8(text[:40], "") + "...", longestQuery, "it is too long", "ask for less"}
	}
	parsed, err := query.NewQueryStringQuery(text).Parse()
	if err != nil {
		return nil, nil, unreadable(text, err)
	}
	r := reader{text, m, known, &Marker{analyzer: m.AnalyzerNamed(analyzer)}, new(int)}
	q, err := r.read(parsed)
	return q, r.marker, err
}

// unreadable finds where a query stops making sense: at the word after the longest beginning that does.
func unreadable(text string, err error) error {
	good := 0
	for i, r := range text {
		if r == ' ' {
			if _, err := query.NewQueryStringQuery(text[:i]).Parse(); err == nil {
				good = i + 1
			}
		}
	}
	e := &QueryError{Query: text, At: utf8.RuneCountInString(text[:good]) + 1, Why: fmt.Sprintf("%q is no part of a query", text[good:]),
		Do: `put text that holds : + - * ~ ^ " or brackets into double quotes`}
	if strings.Contains(err.Error(), "unterminated quote") {
		e.Why, e.Do = "a quotation mark is opened and not closed", "close it, or take it away"
	}
	return e
}

// reader goes through a parsed query.
type reader struct {
	text     string
	m        mapping.IndexMapping
	known    []string
	marker   *Marker // of the words met so far
	patterns *int    // met so far
}

// read checks the fields of a query, and makes of its words what is looked for: words that are cut into several are phrases, and what is
// compared letter by letter is compared with small letters, as all words are indexed.
func (r reader) read(q query.Query) (query.Query, error) {
	if f, ok := q.(query.FieldableQuery); ok {
		if err := r.field(f.Field()); err != nil {
			return nil, err
		}
	}
	q, err := r.readKind(q)
	if *r.patterns > mostPatterns {
		return nil, r.at(r.text, fmt.Sprintf("it has more than %d words with *, ?, ~ or slashes", mostPatterns), "write words out, or ask for less")
	}
	if err == nil {
		r.marker.seek(q)
	}
	if f, ok := q.(query.FieldableQuery); ok && err == nil && f.Field() == "" {
		return r.everywhere(q)
	}
	return q, err
}

func (r reader) readKind(q query.Query) (query.Query, error) {
	switch q := q.(type) {
	case *query.BooleanQuery:
		return q, r.parts(q)
	case *query.DisjunctionQuery:
		return q, r.each(q.Disjuncts)
	case *query.ConjunctionQuery:
		return q, r.each(q.Conjuncts)
	case *query.MatchQuery:
		return r.match(q), nil
	case *query.WildcardQuery:
		*r.patterns++
		q.Wildcard = strings.ToLower(q.Wildcard)
	case *query.RegexpQuery:
		*r.patterns++
		if _, err := regexp.New(q.Regexp); err != nil {
			return nil, r.at("/"+q.Regexp, err.Error(), "mend the expression between the slashes")
		}
	}
	return q, nil
}

// everywhere looks for what has no field in every text.
func (r reader) everywhere(q query.Query) (query.Query, error) {
	data, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	var any []query.Query
	for _, name := range r.known {
		if slices.Contains(namedOnly, name) {
			continue
		}
		one, err := query.ParseQuery(data)
		if err != nil {
			return nil, err
		}
		one.(query.FieldableQuery).SetField(name)
		any = append(any, one)
	}
	return query.NewDisjunctionQuery(any), nil
}

func (r reader) parts(q *query.BooleanQuery) (err error) {
	for _, part := range []*query.Query{&q.Must, &q.Should} {
		if *part != nil && err == nil {
			*part, err = r.read(*part)
		}
	}
	if q.MustNot != nil && err == nil {
		r.marker = &Marker{analyzer: r.marker.analyzer} // what is not to be there is marked nowhere
		q.MustNot, err = r.read(q.MustNot)
	}
	return err
}

func (r reader) each(qs []query.Query) (err error) {
	for i := range qs {
		if qs[i], err = r.read(qs[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r reader) match(q *query.MatchQuery) query.Query {
	if q.Fuzziness != 0 {
		*r.patterns++
		q.SetFuzziness(max(0, min(q.Fuzziness, 2)))
		return q
	}
	if words := r.m.AnalyzerNamed(analyzer).Analyze([]byte(q.Match)); len(words) < 2 {
		return q
	}
	phrase := query.NewMatchPhraseQuery(q.Match)
	phrase.SetField(q.FieldVal)
	if q.BoostVal != nil {
		phrase.SetBoost(q.Boost())
	}
	return phrase
}

// field makes sure that there is such a field.
func (r reader) field(name string) error {
	if name == "" || slices.Contains(r.known, name) {
		return nil
	}
	what := fmt.Sprintf("no image has a field %q", name)
	return r.at(name+":", what, "the fields are "+strings.Join(r.known, ", ")+`; put text with a colon into double quotes`)
}

func (r reader) at(part, why, do string) error {
	i := max(0, strings.Index(r.text, part))
	return &QueryError{r.text, utf8.RuneCountInString(r.text[:i]) + 1, why, do}
}
