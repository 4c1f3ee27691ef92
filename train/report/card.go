package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"text/template"

	"github.com/curate/curate/internal/atomicfile"
)

// Card is a model card.
type Card struct {
	Name       string
	Base       string   // the model that training began with
	BaseOnHub  bool     // Base is an id of the Hugging Face Hub
	Classes    []string // by number
	Positive   string   // the class of F1, recall and precision; "" for macro averages
	JudgedOn   string   // "validation" or "test"
	ChosenNote string   // what the weights were chosen by
	Figures    []Figure
	Rows       []Row
	Recipe     []Fact
	Counts     Table  // pictures by class and part
	Side       int    // pixels
	Python     string // lines that judge picture.jpg with model.onnx
	Version    string
}

//go:embed card.md.tmpl
var card string

// Text returns the card in Markdown, with the block of YAML that the Hub reads.
func (c *Card) Text() (string, error) {
	t, err := template.New("card").Funcs(template.FuncMap{"yaml": strconv.Quote, "join": strings.Join, "number": Number}).Parse(card)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = t.Execute(&b, c)
	return b.String(), err
}

// Table returns the table of the run.
func (c *Card) Table() string { return TrainerTable(c.Rows) }

// Defined are the figures that have a value.
func (c *Card) Defined() []Figure {
	var out []Figure
	for _, f := range c.Figures {
		if finite(f.Value) {
			out = append(out, f)
		}
	}
	return out
}

// Write writes the card to path.
func (c *Card) Write(path string) error {
	text, err := c.Text()
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return atomicfile.WriteFile(path, []byte(text), 0o644)
}
