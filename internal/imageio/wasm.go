package imageio

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/curate/curate/internal/raster"
)

// The decoders of AVIF (libavif, libaom) and HEIC (libheif, libde265), compiled to
// WebAssembly by github.com/gen2brain/avif and /heic: codec/README.md says which.
// We drive them ourselves, because those packages prefer a library that happens to
// be installed, so that the pixels would depend on the machine, and set no bounds.
var (
	//go:embed codec/avif.wasm.gz
	avifWASM []byte
	//go:embed codec/heif.wasm.gz
	heifWASM []byte
)

var (
	avifCodec = newCodec(avifWASM)
	heicCodec = newCodec(heifWASM)
)

// codec is a decoder compiled on its first use, which takes a second or two; a run
// that meets no such file never pays for it.
type codec func() (compiled, error)

type compiled struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

func newCodec(gz []byte) codec {
	return sync.OnceValues(func() (c compiled, err error) {
		z, err := gzip.NewReader(bytes.NewReader(gz))
		if err != nil {
			return c, err
		}
		code, err := io.ReadAll(z)
		if err != nil {
			return c, err
		}
		ctx := context.Background()
		config := wazero.NewRuntimeConfig().WithMemoryLimitPages(maxPagesWASM)
		c.runtime = wazero.NewRuntimeWithConfig(ctx, config)
		if _, err = wasi_snapshot_preview1.Instantiate(ctx, c.runtime); err != nil {
			return c, err
		}
		c.module, err = c.runtime.CompileModule(ctx, code)
		return c, err
	})
}

const (
	// maxPagesWASM bounds a decoder's memory, in pages of 64 KiB: a gigabyte.
	maxPagesWASM = 1 << 14
	// patience bounds a decode. These builds have no exceptions, so a decoder that
	// meets nonsense might go on for ever; no honest picture under the limits comes
	// near. The one that does is left behind: stopping it would need checks that make
	// every decode three times slower.
	patience = 5 * time.Minute
)

// sandbox is one instance of a decoder, with a memory of its own that dies with it:
// no file can disturb the next.
type sandbox struct{ mod api.Module }

// decode runs use inside a fresh instance.
func (c codec) decode(use func(s sandbox) (*raster.Picture, error)) (*raster.Picture, error) {
	ready, err := c()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoDecoder, err)
	}
	type result struct {
		p   *raster.Picture
		err error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		r.err = guard(func() (err error) {
			r.p, err = ready.instance(use)
			return err
		})
		done <- r
	}()
	select {
	case r := <-done:
		return r.p, r.err
	case <-time.After(patience):
		return nil, invalid("corrupt: its decoder does not come to an end")
	}
}

func (c compiled) instance(use func(s sandbox) (*raster.Picture, error)) (*raster.Picture, error) {
	ctx := context.Background()
	mod, err := c.runtime.InstantiateModule(ctx, c.module, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return nil, invalid("corrupt: the decoder needs more memory than it may have")
	}
	defer mod.Close(ctx)
	return use(sandbox{mod})
}

// call calls a function of the decoder.
func (s sandbox) call(name string, args ...uint64) (uint32, error) {
	results, err := s.mod.ExportedFunction(name).Call(context.Background(), args...)
	switch {
	case err != nil:
		return 0, invalid("corrupt: the decoder gave up")
	case len(results) == 0:
		return 0, nil
	}
	return uint32(results[0]), nil
}

// alloc reserves n zeroed bytes inside and returns their address.
func (s sandbox) alloc(n int) (uint64, error) {
	at, err := s.call("malloc", uint64(n))
	if err != nil {
		return 0, err
	}
	room, ok := s.mod.Memory().Read(at, uint32(n))
	if at == 0 || !ok {
		return 0, invalid("corrupt: the decoder needs more memory than it may have")
	}
	clear(room)
	return uint64(at), nil
}

// put copies data inside and returns its address.
func (s sandbox) put(data []byte) (uint64, error) {
	at, err := s.alloc(len(data))
	if err == nil {
		s.mod.Memory().Write(uint32(at), data)
	}
	return at, err
}

// view returns n bytes at an address; they are valid until the instance is closed
// or called again.
func (s sandbox) view(at uint64, n int) ([]byte, error) {
	b, ok := s.mod.Memory().Read(uint32(at), uint32(n))
	if !ok {
		return nil, invalid("corrupt: the decoder gave up")
	}
	return b, nil
}

// numbers reads n little-endian words.
func (s sandbox) numbers(at uint64, n int) ([]int, error) {
	b, err := s.view(at, 4*n)
	if err != nil {
		return nil, err
	}
	words := make([]int, n)
	for i := range words {
		words[i] = int(le32(b[4*i:]))
	}
	return words, nil
}
