package search

import (
	"fmt"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/analysis/datetime/flexible"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	"github.com/blevesearch/bleve/v2/analysis/token/unicodenorm"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"
)

// Versions of what is on disk. An index of another version is not read: it is made anew.
const (
	layout  = 1 // how generations lie in their folder
	meaning = 1 // what is indexed, and how it is cut into words: raised with every change of document or analysis
)

// analyzer is the name of how texts and queries become words: small letters, composed, without a plural s.
const analyzer = "curate"

// Facets are the fields that results are counted by and can be narrowed to, in the order in which they are shown.
func Facets() []string {
	return []string{"status", "label", "subject", "source", "generator", "split", "format"}
}

// exact is the field that holds a facet's value as it is; the field of the plain name holds its words.
func exact(facet string) string { return "is." + facet }

// fields are those that a query may name though no image has them yet.
var fields = []string{
	"path", "label", "subject", "source", "generator", "prompt", "status", "split", "format", "issue", "url", "licence", "seed", "width", "height", "bytes",
}

// namedOnly are the fields that are searched only where the query names them: "removed" in a prompt means something else.
var namedOnly = []string{"status", "split", "format", "issue", "width", "height", "bytes"}

// newMapping tells bleve what the fields of a document are. Those that are not named here, from manifests and files, are texts or numbers
// as they come.
func newMapping() (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	m.ScoringModel = index.BM25Scoring
	// Nothing is stored: what is shown of an image comes from the catalogue. There is no field of all texts either, which would double the
	// index: a word without a field is looked for in each (see reader.everywhere).
	m.StoreDynamic, m.DocValuesDynamic = false, false
	if err := m.AddCustomTokenFilter("curate_composed", map[string]any{"type": unicodenorm.Name, "form": unicodenorm.NFKC}); err != nil {
		return nil, err
	}
	err := m.AddCustomAnalyzer(analyzer, map[string]any{
		"type": custom.Name, "tokenizer": wordTokenizer, "token_filters": []string{"curate_composed", lowercase.Name, en.PluralStemmerName},
	})
	if err != nil {
		return nil, err
	}
	// A text that looks like a date stays a text: the one layout of this parser fits none.
	if err := m.AddCustomDateTimeParser("curate_none", map[string]any{"type": flexible.Name, "layouts": []any{"\x00"}}); err != nil {
		return nil, err
	}
	m.DefaultAnalyzer, m.DefaultDateTimeParser = analyzer, "curate_none"
	doc := m.DefaultMapping
	doc.AddSubDocumentMapping("_all", bleve.NewDocumentDisabledMapping())
	is := bleve.NewDocumentStaticMapping()
	for _, name := range Facets() {
		is.AddFieldMappingsAt(name, facetField())
	}
	doc.AddSubDocumentMapping("is", is)
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("describe the search index: %w", err)
	}
	return m, nil
}

// facetField is a value that is never cut.
func facetField() *mapping.FieldMapping {
	f := bleve.NewTextFieldMapping()
	f.Analyzer = keyword.Name
	f.Store, f.IncludeInAll, f.IncludeTermVectors, f.DocValues = false, false, false, true
	f.SkipFreqNorm = true
	return f
}
