package search

import (
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/registry"
)

// wordTokenizer is the name under which bleve knows words.
const wordTokenizer = "curate_words"

// bleve finds tokenizers by name in a table of its own, which is to be filled before the first use.
func init() {
	err := registry.RegisterTokenizer(wordTokenizer, func(map[string]any, *registry.Cache) (analysis.Tokenizer, error) { return words{}, nil })
	if err != nil {
		panic(err) // the name is taken twice in this program
	}
}

// words cuts a text into runs of letters and digits; every character of a script without spaces is a word of its own. Unlike the rules for
// running text (UAX 29) it also cuts what names of files are made of: IMG_0001.jpg is three words.
type words struct{}

// Tokenize implements analysis.Tokenizer.
func (words) Tokenize(text []byte) analysis.TokenStream {
	var out analysis.TokenStream
	start := -1
	add := func(from, to int) {
		if from < 0 {
			return
		}
		out = append(out, &analysis.Token{Term: text[from:to], Start: from, End: to, Position: len(out) + 1, Type: analysis.AlphaNumeric})
	}
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		switch {
		case alone(r):
			add(start, at)
			add(at, at+size)
			start = -1
		case !inWord(r, size):
			add(start, at)
			start = -1
		case start < 0:
			start = at
		}
		at += size
	}
	add(start, len(text))
	return out
}

func inWord(r rune, size int) bool {
	if r < utf8.RuneSelf {
		return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	return size > 1 && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// alone tells whether a character is of a script that puts no spaces between words.
func alone(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
