package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed templates static
var files embed.FS

// pages holds the templates and the static files. Static files have their version in
// their address, so that browsers may keep them for ever.
type pages struct {
	templates map[string]*template.Template // by name without .html, each with the layout
	statics   map[string][]byte
	version   string
}

// parts are templates that others are made of.
var parts = []string{"templates/layout.html", "templates/cluster.html", "templates/tile.html", "templates/runparts.html", "templates/grids.html"}

func newPages() (*pages, error) {
	p := &pages{templates: map[string]*template.Template{}, statics: map[string][]byte{}}
	names, err := fs.Glob(files, "static/*")
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		sum.Write(data)
		p.statics[path.Base(name)] = data
	}
	p.version = hex.EncodeToString(sum.Sum(nil)[:6])
	return p, p.parse()
}

func (p *pages) parse() error {
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return err
	}
	for _, name := range names {
		t, err := template.New(path.Base(name)).Funcs(p.functions()).ParseFS(files, append(parts[:len(parts):len(parts)], name)...)
		if err != nil {
			return fmt.Errorf("page templates: %w", err)
		}
		p.templates[strings.TrimSuffix(path.Base(name), ".html")] = t
	}
	return nil
}

// asset is the address of a static file.
func (p *pages) asset(name string) string { return "/static/" + p.version + "/" + name }

// static sends a static file.
func (p *pages) static(w http.ResponseWriter, r *http.Request) {
	data, ok := p.statics[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	w.Header().Set("Content-Type", types[path.Ext(r.PathValue("name"))])
	w.Header().Set("Cache-Control", "max-age=31536000, immutable")
	w.Write(data)
}
