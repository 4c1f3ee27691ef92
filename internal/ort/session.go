package ort

import (
	"context"
	"errors"
	"fmt"
	"sync"

	native "github.com/yalue/onnxruntime_go"
)

// SessionOptions says how a graph runs.
type SessionOptions struct {
	Device  Device       // the zero value is auto
	Threads int          // CPU threads within an operator; 0 lets the library choose (one a core)
	Yield   bool         // let idle threads sleep at once: for graphs that run beside other work, such as decoding
	Kernels bool         // the graph has operators of internal/ort/kernel, which run on the CPU only
	Notice  func(string) // told, once a process, that a GPU which ought to work does not; may be nil
}

// Session is a graph that is ready to run. Several goroutines may call Run at
// once.
type Session struct {
	rt      *Runtime
	device  Device
	inputs  []string
	outputs []string

	mu sync.RWMutex // held for reading by runs, for writing by Close
	s  *native.DynamicAdvancedSession
}

// NewSession prepares the graph in model, the bytes of an ONNX file. The names of
// inputs and outputs, and so the order of tensors in [Session.Run], are the
// graph's own. The bytes are not kept. The session must be closed.
func (rt *Runtime) NewSession(model []byte, o SessionOptions) (*Session, error) {
	in, out, err := names(model)
	if err != nil {
		return nil, err
	}
	s := &Session{rt: rt, inputs: in, outputs: out}
	if o.Device.Provider == "" || o.Device.Provider == Auto {
		err = s.auto(model, o)
	} else {
		err = s.open(model, o, o.Device)
	}
	if err != nil {
		return nil, err
	}
	rt.live.Add(1)
	return s, nil
}

// auto opens the session on the first device that works.
func (s *Session) auto(model []byte, o SessionOptions) error {
	for _, d := range candidates() {
		if s.open(model, o, d) == nil {
			return nil
		}
		if !expected(d, s.rt.path, gpuMarks()) {
			continue // whoever has no GPU need not hear of it with every command
		}
		s.rt.notice(o.Notice, fmt.Sprintf("running on the CPU: %s does not work here (`curate doctor --device %s` says why)", d, d))
	}
	return s.open(model, o, Device{Provider: CPU})
}

func (s *Session) open(model []byte, o SessionOptions, d Device) error {
	opt, err := native.NewSessionOptions()
	if err != nil {
		return fmt.Errorf("prepare a graph: %w", err)
	}
	defer opt.Destroy()
	if err := attach(opt, d); err != nil {
		return err
	}
	if err := configure(opt, o); err != nil {
		return fmt.Errorf("prepare a graph: %w", err)
	}
	if o.Kernels {
		if err := addKernels(opt, s.rt.path); err != nil {
			return fmt.Errorf("prepare a graph: %w", err)
		}
	}
	n, err := native.NewDynamicAdvancedSessionWithONNXData(model, s.inputs, s.outputs, opt)
	if err != nil {
		return fmt.Errorf("prepare a graph for %s: %w", d, err)
	}
	s.s, s.device = n, d
	return nil
}

func configure(opt *native.SessionOptions, o SessionOptions) error {
	if o.Kernels {
		if err := configureTraining(opt); err != nil {
			return err
		}
	}
	if o.Threads > 0 {
		if err := opt.SetIntraOpNumThreads(o.Threads); err != nil {
			return err
		}
	}
	if o.Yield {
		return opt.AddSessionConfigEntry("session.intra_op.allow_spinning", "0")
	}
	return opt.AddSessionConfigEntry("session.force_spinning_stop", "1") // between runs nobody waits for the next operator
}

// configureTraining is for graphs with few, large operators that run again and again.
func configureTraining(opt *native.SessionOptions) error {
	// A plan of memory for each size of batch would take as much again as the first run.
	if err := opt.SetMemPattern(false); err != nil {
		return err
	}
	// Threads that wait longer for each other have lost their processor to somebody else:
	// the library's own second burns what that one needs. (1.24 does not know this entry
	// and passes over it.)
	return opt.AddSessionConfigEntry("session.intra_op.spin_duration_us", "100")
}

// Device returns what the graph runs on.
func (s *Session) Device() Device { return s.device }

// Inputs returns the names of the inputs, in the order that Run takes them.
func (s *Session) Inputs() []string { return s.inputs }

// Outputs returns the names of the outputs, in the order that Run takes them.
func (s *Session) Outputs() []string { return s.outputs }

// Run runs the graph: in holds a tensor for each input. out holds a tensor for
// each output, whose slice is written, or nil, which Run replaces by a new tensor.
// When ctx ends, the run stops between two operators, the outputs hold nothing of
// use, and Run returns the context's error.
func (s *Session) Run(ctx context.Context, in, out []*Tensor) error {
	if len(in) != len(s.inputs) || len(out) != len(s.outputs) {
		return fmt.Errorf("run a graph: %d inputs and %d outputs given, it has %v and %v", len(in), len(out), s.inputs, s.outputs)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.s == nil {
		return errors.New("run a graph: the session is closed")
	}
	var c call
	defer c.release()
	if err := c.prepare(in, out); err != nil {
		return fmt.Errorf("run a graph: %w", err)
	}
	if err := c.run(ctx, s.s); err != nil {
		return err
	}
	return c.collect(out)
}

// Close frees the session, after the runs that are under way.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.s == nil {
		return nil
	}
	err := s.s.Destroy()
	s.s = nil
	s.rt.live.Add(-1)
	return err
}
