package builtin

import (
	_ "embed"
	"strings"
)

// Name is what --model calls the embedded encoder. [Is] knows its other name, which
// will go on meaning this file when there is a newer one.
const Name = "builtin"

// Is tells whether --model NAME means the embedded encoder: builtin, builtin:1.
func Is(name string) bool { return name == Name || name == Name+":1" }

// IsFile tells whether a path is that of an encoder file by its ending.
func IsFile(path string) bool { return strings.HasSuffix(path, ".safetensors") }

//go:embed vit-s14-11.safetensors
var embedded string

// Notice says where the embedded weights come from and under which licence.
//
//go:embed NOTICE.txt
var Notice string

// Default returns the embedded encoder.
func Default() (*Encoder, error) {
	return read(strings.NewReader(embedded), int64(len(embedded)), "the built-in encoder")
}
