package embed

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/preprocess"
)

// Options say which encoder to open, and how it runs.
type Options struct {
	Folder string // model folder in Hugging Face layout
	File   string // or a bare .onnx encoder: pictures in, one vector each out
	Hash   string // content hash of the model

	Runtime    *ort.Runtime
	Device     ort.Device
	Threads    int   // CPU threads; 0 for one a core
	Resolution int   // pixels; 0 for what the model's preprocessing says
	Layers     []int // blocks whose CLS token is wanted; nil for [DefaultLayers]
	NoHead     bool  // leave out the head vector, and the blocks that only it needs
	Batch      int   // pictures a run; 0 for what suits the device

	DecodeBytes int64          // memory that decoding may take at a time; 0 for 256 MB
	Limits      imageio.Limits // of one picture; zero for imageio.DefaultLimits
	Notice      func(string)   // told about fallbacks; may be nil
}

// Encoder is a model that is ready to run. One Encode at a time uses all of the
// machine; several at once are allowed. It must be closed.
type Encoder struct {
	session *ort.Session
	pre     preprocess.Config
	model   model
	copyKey Key
	headKey Key

	batch   int // pictures a run, always
	runners int // runs at a time
	workers int // pictures prepared at a time
	gate    *imageio.Gate
	limits  imageio.Limits
}

// model is a graph and what its outputs mean.
type model struct {
	graph  []byte
	name   string // "vit", "dinov2", ..., "onnx"
	layers []int  // one output each, in front
	hidden int    // length of each of those
	head   int    // length of the output after them, 0 where there is none
	fixed  int    // batch size that the graph insists on, 0 for any
	tokens int    // of a picture, 0 if unknown
}

// Open builds the model's graph and prepares it on the device.
func Open(o Options) (*Encoder, error) {
	if o.Runtime == nil || o.Hash == "" {
		return nil, errors.New("open an encoder: a runtime and the model's hash are needed")
	}
	e := &Encoder{limits: o.Limits}
	var err error
	if o.File != "" {
		e.model, e.pre, err = bareModel(o)
	} else {
		e.model, e.pre, err = folderModel(o)
	}
	if err != nil {
		return nil, fmt.Errorf("open an encoder: %w", err)
	}
	if err := e.start(o); err != nil {
		return nil, fmt.Errorf("open an encoder: %w", err)
	}
	e.model.graph = nil // the session has its own copy
	e.setKeys(o.Hash)
	return e, nil
}

// start opens the session. On the CPU many runs of one thread each beat one run of
// many threads: nobody waits for the slowest part of an operator, and decoding
// fills what is left. A GPU wants few runs with many pictures.
func (e *Encoder) start(o Options) error {
	threads := o.Threads
	if threads <= 0 {
		threads = runtime.NumCPU()
	}
	s, err := o.Runtime.NewSession(e.model.graph, ort.SessionOptions{Device: o.Device, Threads: 1, Notice: o.Notice})
	if err != nil {
		return err
	}
	e.session, e.workers, e.runners, e.batch = s, threads, threads, e.model.cpuBatch()
	if s.Device().Provider != ort.CPU {
		e.runners, e.batch = 2, gpuBatch
	}
	if o.Batch > 0 {
		e.batch = o.Batch
	}
	if e.model.fixed > 0 {
		e.batch = e.model.fixed
	}
	bytes := o.DecodeBytes
	if bytes == 0 {
		bytes = 256 << 20
	}
	e.gate = imageio.NewGate(bytes)
	return nil
}

const gpuBatch = 32

// cpuBatch is how many pictures make about 260 tokens: with fewer, products of
// matrices are too small, with more they leave the processor's cache (measured:
// batch 1 at 224 pixels and 4 at 112 are the fastest for a ViT-S/14).
func (m model) cpuBatch() int {
	if m.tokens == 0 {
		return 1
	}
	return max(1, (260+m.tokens/2)/m.tokens)
}

func (e *Encoder) setKeys(hash string) {
	w, h := e.pre.Size()
	k := Key{Model: hash, Resolution: min(w, h), Precision: "fp32", Preprocessing: preprocess.Version}
	e.copyKey, e.headKey = k, k
	e.copyKey.Layers, e.headKey.Layers = layerText(e.model.layers), HeadLayer
	if len(e.model.layers) == 0 {
		e.copyKey.Layers = "output"
	}
}

// CopyKey identifies the vectors that dedup compares.
func (e *Encoder) CopyKey() Key { return e.copyKey }

// HeadKey identifies the vectors that a classifier reads.
func (e *Encoder) HeadKey() Key { return e.headKey }

// CopyDim returns the length of a copy vector: [Options.Layers] times the width of
// a token.
func (e *Encoder) CopyDim() int {
	if len(e.model.layers) == 0 {
		return e.model.head
	}
	return len(e.model.layers) * e.model.hidden
}

// HeadDim returns the length of a head vector, 0 with [Options.NoHead].
func (e *Encoder) HeadDim() int { return e.model.head }

// Layers returns the blocks whose CLS tokens make the copy vector; none for a bare
// .onnx encoder.
func (e *Encoder) Layers() []int { return e.model.layers }

// Family names the kind of model: vit, deit, dinov2, dinov2_with_registers, onnx.
func (e *Encoder) Family() string { return e.model.name }

// Device returns what the encoder runs on.
func (e *Encoder) Device() ort.Device { return e.session.Device() }

// Preprocess returns how pictures are prepared.
func (e *Encoder) Preprocess() preprocess.Config { return e.pre }

// Close frees the model, after the runs that are under way.
func (e *Encoder) Close() error { return e.session.Close() }
