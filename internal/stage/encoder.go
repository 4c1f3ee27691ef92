package stage

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/ort"
)

// isBuiltin tells whether --model names an encoder of package builtin: the embedded
// one, or a file that `curate model shrink` has written.
func isBuiltin(name string) bool {
	if builtin.Is(name) {
		return true
	}
	st, err := os.Stat(name)
	return builtin.IsFile(name) && err == nil && st.Mode().IsRegular()
}

// builtinModel describes the encoder that name means.
func builtinModel(name string) (modelstore.Model, error) {
	m := modelstore.Model{Name: name, Kind: builtin.Kind}
	if full := builtin.Full(name); full != "" {
		m.Name = full
	} else {
		m.File = name
	}
	e, err := openBuiltin(m)
	if err != nil {
		return m, err
	}
	defer e.Close()
	m.Hash, m.Dim, m.Layers, m.Bytes = e.Hash, e.Config.Hidden, e.Config.Layers, e.Bytes
	m.Source, m.Licence = e.Source, e.Licence
	return m, nil
}

// openBuiltin opens the encoder behind a model of kind builtin.Kind.
func openBuiltin(m modelstore.Model) (*builtin.Encoder, error) {
	if m.File == "" {
		return builtin.Named(m.Name)
	}
	return builtin.Open(m.File)
}

// settled returns the device of an encoder of package builtin, whose precision
// depends on it: auto is settled before anything is looked up. Without a runtime
// library that is the CPU, and whatever then has to be computed will say what is
// missing.
func (e *Env) settled(d ort.Device) ort.Device {
	if d.Provider != "" && d.Provider != ort.Auto {
		return d
	}
	rt, err := e.Runtime()
	if err != nil {
		return ort.Device{Provider: ort.CPU}
	}
	return rt.Settle(d)
}

// WholeModel finds a model whose every weight can be read, for those who train: an
// encoder of package builtin is none.
func (e *Env) WholeModel(ctx context.Context, name string) (modelstore.Model, error) {
	m, err := e.Model(ctx, name)
	if err == nil && m.Kind == builtin.Kind {
		return m, fmt.Errorf("%s is cut and rounded to tell copies apart, training starts from a whole model: leave --model out for the standard encoder, or name one of `curate model ls`", m.Name)
	}
	return m, err
}

// slowHere says what the built-in encoder costs on a processor without an 8-bit
// dot product, "" where there is one.
func slowHere() string {
	if hasDotProduct() {
		return ""
	}
	return strings.Join([]string{
		"this processor has no 8-bit dot product (AVX-512 VNNI, AVX-VNNI or ARM's): the built-in encoder gives the same",
		"descriptors here and is about half as fast as it could be",
	}, " ")
}

// IsEncoderFile tells whether a path is that of an encoder file by its ending.
func IsEncoderFile(path string) bool { return builtin.IsFile(path) }
