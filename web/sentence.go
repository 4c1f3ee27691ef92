package web

import (
	"fmt"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
)

// sentence says in plain words why these pictures are together.
func (c *cluster) sentence() string {
	switch {
	case len(c.Others) == 0:
		return "Nothing is left to compare it with"
	case len(c.Others) > 1 && c.Kind == catalog.SimilarPair:
		return fmt.Sprintf("%d pictures that look alike", len(c.Others)+1)
	case len(c.Others) > 1 && c.worst() < partly:
		return fmt.Sprintf("%d pictures are taken for one, but not all lie on the first", len(c.Others)+1)
	case len(c.Others) > 1:
		return fmt.Sprintf("%d versions of one picture, it seems", len(c.Others)+1)
	case c.Kind == catalog.SimilarPair:
		return "These two look alike: " + c.Others[0].Evidence.Words
	}
	if c.worst() < partly {
		return "The second is taken for the first, but does not lie on it"
	}
	return "The second seems to be the first, " + c.Others[0].Evidence.Words
}

// Words sums a cluster up for a contact sheet.
func (c *cluster) Words() string {
	if len(c.Others) == 1 {
		return c.Others[0].Evidence.Words
	}
	return plural(len(c.Others)+1, "picture", "pictures")
}

// difference says how a member differs from the keeper.
func difference(k, m member) string {
	if e := m.Evidence; e.Over.Known && e.Over.Agrees < partly {
		return "visibly different"
	}
	var words []string
	if e := m.Evidence; e.Orientation > 1 {
		words = append(words, turnWords[e.Orientation])
	}
	words = append(words, sizeWords(k, m)...)
	if k.Format != m.Format {
		words = append(words, "as "+strings.ToUpper(m.Format))
	} else if q, was := said(m.image, "quality"), said(k.image, "quality"); q != "" && q != was {
		words = append(words, "as JPEG of quality "+q)
	} else if m.Bytes*10 < k.Bytes*8 && k.Width == m.Width {
		words = append(words, "compressed harder")
	}
	if e := m.Evidence; e.Over.Known && e.Over.Agrees < mostly || len(words) == 0 && e.Hash > 6 && !e.Over.Known {
		words = append(words, "with visible changes")
	}
	if len(words) == 0 && m.Evidence.Over.Known && m.Evidence.Over.Agrees < nearly {
		return "of the same layout, not the same everywhere"
	}
	if len(words) == 0 && !m.Evidence.Over.Known && m.Evidence.Hash != 0 {
		return "of the same size" // nobody has laid one on the other yet
	}
	if len(words) == 0 {
		return "almost the same to the pixel"
	}
	return strings.Join(words, ", ")
}

// sizeWords say what became of the frame.
func sizeWords(k, m member) (words []string) {
	over := m.Evidence.Over
	kw, kh := k.Width, k.Height
	if m.Evidence.Orientation >= 5 {
		kw, kh = kh, kw
	}
	switch {
	case over.crop():
		words = append(words, fmt.Sprintf("cropped to %.0f%% of its area", 100*over.W*over.H))
	case over.wider():
		return append(words, fmt.Sprintf("which shows %.0f%% of its area", 100/(over.W*over.H)))
	}
	switch pk, pm := k.Width*k.Height, m.Width*m.Height; {
	case over.crop():
	case pm*10 < pk*9:
		words = append(words, fmt.Sprintf("at %.0f%% of its pixels", 100*float64(pm)/float64(max(1, pk))))
	case pm*9 > pk*10:
		words = append(words, "larger")
	case kw != m.Width || kh != m.Height:
		words = append(words, "cropped or stretched a little")
	}
	return words
}

// doubts say what a person should look at twice.
func (c *cluster) doubts() (out []string) {
	if c.Mixed && c.Kind != catalog.SimilarPair { // two classes of one scene are no contradiction
		out = append(out, "The labels disagree: one of them is wrong, or these are two pictures.")
	}
	if c.Kind == catalog.CopyPair && slices.ContainsFunc(c.Others, func(m member) bool { return otherPrompt(c.Keeper, m) }) {
		out = append(out, "They were made from different prompts: perhaps two pictures.")
	}
	worst, text := 0., ""
	for _, m := range c.Others {
		if weight, said := m.Evidence.doubt(c.Kind); weight > worst {
			worst, text = weight, said
			if len(c.Others) > 1 {
				text = fmt.Sprintf("Number %d: %s", m.Number, said)
			}
		}
	}
	if text != "" {
		out = append(out, text)
	}
	return out
}

// otherPrompt tells whether two pictures say that they were made from different words.
func otherPrompt(k, m member) bool {
	a, b := strings.TrimSpace(k.image.Prompt), strings.TrimSpace(m.image.Prompt)
	return a != "" && b != "" && a != b
}

// Shares of what two pictures both show that agrees when one is laid on the other: below
// mostly a person should look, below partly the change is plain to see.
const (
	mostly = .85
	partly = .7
	nearly = .98
	surely = .9 // whatever the scores are: one lies on the other
)

// doubt says what speaks against a pair, and how much.
func (e evidence) doubt(kind catalog.PairKind) (weight float64, text string) {
	over := e.Over.Known && kind == catalog.CopyPair
	switch {
	case over && e.Over.Agrees < partly:
		return 4 - e.Over.Agrees, fmt.Sprintf("Laid on each other, %.0f%% of what both show differs%s: perhaps two pictures.", 100*(1-e.Over.Agrees), e.Over.where())
	case over && e.Over.Agrees > surely:
		return 0, ""
	case e.HasCosine && e.Hash > 16 && e.Similarity < .97:
		return 3 - e.Similarity, fmt.Sprintf("Look closely: the layouts differ (hash %d of 64 bits), only the model holds them for one picture (%.2f).", e.Hash, e.Similarity)
	case over && e.Over.Agrees < mostly:
		return 3 - e.Over.Agrees, fmt.Sprintf("Look closely: %.0f%% of what both show differs%s.", 100*(1-e.Over.Agrees), e.Over.where())
	case e.HasCosine && e.Hash >= 0 && e.Hash <= 6 && e.Similarity < .97:
		return 2 - e.Similarity, fmt.Sprintf("Look closely: same layout, but the model is not sure (%.2f).", e.Similarity)
	case e.Similarity < .95:
		return 2 - e.Similarity, fmt.Sprintf("Look closely: %.2f is not far above the threshold.", e.Similarity)
	}
	return 0, ""
}
