package chrome

import (
	"context"
	_ "embed"
	"fmt"
	"slices"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

//go:embed access.js
var accessScript string

// Access lists what would keep people from using the page that is open: controls without a
// name in the tree that screen readers get, pictures without a text, headings out of order, text
// with too little contrast (WCAG 2.2 AA), controls that are too small, and what is wider than the
// screen. Of what is not shown it says nothing.
func (t *Tab) Access() ([]string, error) {
	found, err := Eval[[]string](t, accessScript)
	if err != nil {
		return nil, err
	}
	nameless, err := t.nameless()
	return append(found, nameless...), err
}

// named are the roles that need a name.
var named = []string{"button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "slider", "spinbutton", "switch", "tab", "image", "dialog", "progressbar", "menuitem", "figure", "region"}

// nameless asks the browser for its accessibility tree.
func (t *Tab) nameless() (out []string, err error) {
	ctx, cancel := context.WithTimeout(t.ctx, Patience)
	defer cancel()
	tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		return nil, fmt.Errorf("read the accessibility tree: %w", err)
	}
	for _, n := range tree.Nodes {
		role, name := text(n.Role), text(n.Name)
		if n.Ignored || name != "" || !slices.Contains(named, role) {
			continue
		}
		out = append(out, fmt.Sprintf("a %s has no name (node %d)", role, n.BackendDOMNodeID))
	}
	return out, nil
}

func text(v *accessibility.Value) string {
	if v == nil || len(v.Value) < 2 || v.Value[0] != '"' {
		return ""
	}
	return string(v.Value[1 : len(v.Value)-1])
}
