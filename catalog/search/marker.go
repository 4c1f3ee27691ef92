package search

import (
	"regexp"
	"slices"
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/search/query"
)

// Marker knows the words of a query, and finds them in texts. The index need not keep the texts for it, nor where in them its words are.
type Marker struct {
	analyzer analysis.Analyzer
	sought   []sought
}

// sought is a word, or several in a row.
type sought struct {
	field string // "" for any that is searched without its name
	words []func(term string) bool
}

// seek adds what a part of a query looks for, when that is words.
func (m *Marker) seek(q query.Query) {
	s := sought{}
	if f, ok := q.(query.FieldableQuery); ok {
		s.field = f.Field()
	}
	switch q := q.(type) {
	case *query.MatchQuery:
		for _, t := range m.analyzer.Analyze([]byte(q.Match)) {
			s.words = append(s.words, near(string(t.Term), q.Fuzziness))
		}
	case *query.MatchPhraseQuery:
		for _, t := range m.analyzer.Analyze([]byte(q.MatchPhrase)) {
			s.words = append(s.words, near(string(t.Term), 0))
		}
	case *query.WildcardQuery:
		s.like(wildcard(q.Wildcard))
	case *query.RegexpQuery:
		s.like(q.Regexp)
	}
	if len(s.words) > 0 {
		m.sought = append(m.sought, s)
	}
}

func near(word string, distance int) func(string) bool {
	if distance == 0 {
		return func(term string) bool { return term == word }
	}
	letters := []rune(word)
	return func(term string) bool { return edits(letters, []rune(term)) <= distance }
}

// edits is the Levenshtein distance of two words, in letters.
func edits(a, b []rune) int {
	row := make([]int, len(b)+1) // from what is read of a to the beginnings of b
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			replace := diagonal
			if x != y {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// like adds a word that an expression describes. bleve has taken the expression already.
func (s *sought) like(expression string) {
	if re, err := regexp.Compile("^(?:" + expression + ")$"); err == nil {
		s.words = append(s.words, re.MatchString)
	}
}

func wildcard(text string) string {
	text = regexp.QuoteMeta(text)
	return strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(text)
}

// marks finds what is sought in a text, in order and apart.
func (m *Marker) marks(field, text string) (out []span) {
	tokens := m.analyzer.Analyze([]byte(text))
	for i := 0; i < len(tokens); {
		n := m.at(field, tokens[i:])
		if n > 0 {
			out = append(out, span{tokens[i].Start, tokens[i+n-1].End})
		}
		i += max(1, n)
	}
	return out
}

// at tells how many of the first tokens are sought.
func (m *Marker) at(field string, tokens analysis.TokenStream) (most int) {
	for _, s := range m.sought {
		if s.in(field) && len(s.words) > most && s.begins(tokens) {
			most = len(s.words)
		}
	}
	return most
}

func (s sought) in(field string) bool {
	return s.field == field || s.field == "" && !slices.Contains(namedOnly, field)
}

func (s sought) begins(tokens analysis.TokenStream) bool {
	if len(tokens) < len(s.words) {
		return false
	}
	for i, is := range s.words {
		if !is(string(tokens[i].Term)) {
			return false
		}
	}
	return true
}
