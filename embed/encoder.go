package embed

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/preprocess"
)

// Options say which encoder to open, and how it runs.
type Options struct {
	Folder string // model folder in Hugging Face layout
	File   string // or a bare .onnx encoder: pictures in, one vector each out
	Hash   string // content hash of the model

	// Encoder is used instead of Folder and File where it is not nil; it brings its
	// own hash, and needs NoHead. It stays the caller's.
	Encoder *builtin.Encoder

	Runtime *ort.Runtime
	// Device is where the model runs. An Encoder has another precision on each, so for
	// it auto must be settled before, see [Settle]; Describe takes auto for the CPU.
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

// Info says what an encoder gives, before it is opened.
type Info struct {
	Family  string // vit, deit, dinov2, dinov2_with_registers, onnx, curate
	Layers  []int  // blocks whose CLS tokens make the copy vector; none for a bare .onnx encoder
	CopyKey Key    // of the vectors that dedup compares
	CopyDim int    // their length: Layers times the width of a token
	HeadKey Key    // of the vectors that a classifier reads
	HeadDim int    // their length, 0 with [Options.NoHead]
}

// Describe reads configurations only, no weights: it costs next to nothing for a
// model folder.
func Describe(o Options) (Info, error) {
	m, err := describe(o)
	if err != nil {
		return Info{}, fmt.Errorf("describe an encoder: %w", err)
	}
	return m.Info, nil
}

// Encoder is a model that is ready to run. One Encode at a time uses all of the
// machine; several at once are allowed. It must be closed.
type Encoder struct {
	model
	session *ort.Session

	batch   int // pictures a run, always
	runners int // runs at a time
	workers int // pictures prepared at a time
	gate    *imageio.Gate
	limits  imageio.Limits
}

// model is a graph to be made, and what its outputs mean.
type model struct {
	Info
	pre    preprocess.Config
	graph  func(o Options) ([]byte, error)
	ending *builtin.Projection // of a trained descriptor, else nil
	hidden int                 // length of each of the first outputs, one a layer
	fixed  int                 // batch size that the graph insists on, 0 for any
	tokens int                 // of a picture, 0 if unknown
}

func describe(o Options) (model, error) {
	if o.Encoder != nil {
		return builtinModel(o)
	}
	if o.Hash == "" {
		return model{}, errors.New("the model's hash is needed")
	}
	if o.File != "" {
		return bareModel(o)
	}
	return folderModel(o)
}

// Open builds the model's graph and prepares it on the device.
func Open(o Options) (*Encoder, error) {
	m, err := describe(o)
	if err != nil {
		return nil, fmt.Errorf("open an encoder: %w", err)
	}
	e := &Encoder{model: m, limits: o.Limits}
	if err := e.start(o); err != nil {
		return nil, fmt.Errorf("open an encoder: %w", err)
	}
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
	graph, err := e.graph(o)
	if err != nil {
		return err
	}
	// The library will take several times the size of the graph at once: give back
	// what building it took, and the graph when it is read.
	debug.FreeOSMemory()
	defer debug.FreeOSMemory()
	s, err := o.Runtime.NewSession(graph, ort.SessionOptions{Device: o.Device, Threads: 1, Notice: o.Notice})
	if err != nil {
		return err
	}
	e.session, e.workers, e.runners, e.batch = s, threads, threads, e.cpuBatch()
	if s.Device().Provider != ort.CPU {
		e.runners, e.batch = 2, gpuBatch
	}
	if o.Batch > 0 {
		e.batch = o.Batch
	}
	if e.fixed > 0 {
		e.batch = e.fixed
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

// setKeys names what the vectors depend on.
func (m *model) setKeys(o Options) {
	w, h := m.pre.Size()
	k := Key{Model: o.Hash, Resolution: min(w, h), Precision: precision(o.Device), Preprocessing: preprocess.Version}
	m.CopyKey, m.HeadKey = k, k
	m.CopyKey.Layers, m.HeadKey.Layers = layerText(m.Layers), HeadLayer
	if len(m.Layers) == 0 {
		m.CopyKey.Layers = "output"
	}
}

// precision returns what a device computes in: two providers choose that
// themselves, so their vectors are compared only with each other.
func precision(d ort.Device) string {
	if d.Provider == ort.CoreML || d.Provider == ort.OpenVINO {
		return d.Provider
	}
	return "fp32"
}

// Device returns what the encoder runs on.
func (e *Encoder) Device() ort.Device { return e.session.Device() }

// Close frees the model, after the runs that are under way.
func (e *Encoder) Close() error { return e.session.Close() }
