package ort

import (
	"context"
	"fmt"
	"runtime"

	native "github.com/yalue/onnxruntime_go"
)

// call is what one run holds.
type call struct {
	pin     runtime.Pinner
	in, out []native.Value
	fresh   []bool // outputs that the library allocated
}

// prepare makes the library's view of the tensors.
func (c *call) prepare(in, out []*Tensor) error {
	c.in, c.out, c.fresh = make([]native.Value, len(in)), make([]native.Value, len(out)), make([]bool, len(out))
	for i, t := range in {
		if t == nil {
			return fmt.Errorf("input %d is missing", i)
		}
		v, err := t.wrap(&c.pin)
		if err != nil {
			return fmt.Errorf("input %d: %w", i, err)
		}
		c.in[i] = v
	}
	for i, t := range out {
		if t == nil {
			c.fresh[i] = true
			continue
		}
		v, err := t.wrap(&c.pin)
		if err != nil {
			return fmt.Errorf("output %d: %w", i, err)
		}
		c.out[i] = v
	}
	return nil
}

// run runs the session until it is done or ctx ends.
func (c *call) run(ctx context.Context, s *native.DynamicAdvancedSession) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	opt, err := native.NewRunOptions()
	if err != nil {
		return fmt.Errorf("run a graph: %w", err)
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		_ = opt.Terminate() // fails only on options that do not exist
	})
	err = s.RunWithOptions(c.in, c.out, opt)
	if !stop() {
		<-stopped // the options live until nobody can terminate them
	}
	_ = opt.Destroy()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("run a graph: %w", err)
	}
	return nil
}

// collect hands over the outputs that the library allocated.
func (c *call) collect(out []*Tensor) error {
	for i, fresh := range c.fresh {
		if !fresh {
			continue
		}
		t, err := taken(c.out[i])
		if err != nil {
			return fmt.Errorf("run a graph: output %d: %w", i, err)
		}
		out[i] = t
	}
	return nil
}

// release frees the library's views and lets the slices go.
func (c *call) release() {
	for _, v := range append(c.in, c.out...) {
		if v != nil {
			_ = v.Destroy() // cannot fail for tensors
		}
	}
	c.pin.Unpin()
}
