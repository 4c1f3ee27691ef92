package builtin

import (
	_ "embed"
	"fmt"
	"strings"
)

// Name is what --model calls the newest embedded encoder. Each also has a name of its
// own, which always means the same file: catalogues that were made with one stay valid.
const Name = "builtin"

// The names of the embedded encoders.
const (
	CutLayers = Name + ":1" // the first layers of a whole model, as they were
	Trained   = Name + ":2" // layers that were trained to tell copies
)

// Names lists the embedded encoders, the newest first.
func Names() []string { return []string{Trained, CutLayers} }

// Is tells whether --model NAME means an embedded encoder.
func Is(name string) bool { return Full(name) != "" }

// Full returns the encoder's own name for what --model has, "" where that means no
// embedded encoder.
func Full(name string) string {
	for _, n := range Names() {
		if name == n || name == Name {
			return n
		}
	}
	return ""
}

// IsFile tells whether a path is that of an encoder file by its ending.
func IsFile(path string) bool { return strings.HasSuffix(path, ".safetensors") }

//go:embed vit-s14-11.safetensors
var cutFile string

//go:embed copies-s14-8.safetensors
var trainedFile string

// Notice says where the embedded weights come from and under which licence.
//
//go:embed NOTICE.txt
var Notice string

// Default returns the newest embedded encoder.
func Default() (*Encoder, error) { return Named(Name) }

// Named returns the embedded encoder of a name.
func Named(name string) (*Encoder, error) {
	file := ""
	switch Full(name) {
	case CutLayers:
		file = cutFile
	case Trained:
		file = trainedFile
	default:
		return nil, fmt.Errorf("%s is no encoder inside curate: there are %s", name, strings.Join(Names(), ", "))
	}
	return read(strings.NewReader(file), int64(len(file)), "the encoder "+Full(name))
}
