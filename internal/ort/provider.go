package ort

import (
	"fmt"
	"runtime"
	"strconv"

	native "github.com/yalue/onnxruntime_go"
)

// Providers returns the providers that this library can attach on this machine,
// "cpu" first. It tries each one, which loads what the provider needs.
func (rt *Runtime) Providers() []string {
	usable := []string{CPU}
	for _, p := range known() {
		if p == Auto || p == CPU {
			continue
		}
		if rt.Probe(Device{Provider: p}) == nil {
			usable = append(usable, p)
		}
	}
	return usable
}

// Probe returns nil if the device's provider can be attached here, else an error
// that says how to get it.
func (rt *Runtime) Probe(d Device) error {
	o, err := native.NewSessionOptions()
	if err != nil {
		return err
	}
	defer o.Destroy()
	return attach(o, d)
}

// attach adds the device's provider to the options of a session. The CPU is
// always there and needs nothing.
func attach(o *native.SessionOptions, d Device) error {
	var err error
	switch d.Provider {
	case CPU:
		return nil
	case CUDA:
		err = attachCUDA(o, d.ID)
	case TensorRT:
		err = attachTensorRT(o, d.ID)
	case CoreML:
		err = o.AppendExecutionProviderCoreMLV2(nil)
	case OpenVINO:
		err = o.AppendExecutionProviderOpenVINO(nil)
	case DirectML:
		err = o.AppendExecutionProviderDirectML(d.ID)
	default:
		return fmt.Errorf("unknown provider %q", d.Provider)
	}
	if err != nil {
		return fmt.Errorf("the runtime library cannot use %s here (%w): %s", d, err, remedy(d.Provider))
	}
	return nil
}

// attachCUDA keeps float32 products in float32: with TensorFloat-32, the
// library's default, descriptors would differ from a CPU's in the third digit.
func attachCUDA(o *native.SessionOptions, id int) error {
	c, err := native.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	defer c.Destroy()
	if err := c.Update(map[string]string{"device_id": strconv.Itoa(id), "use_tf32": "0"}); err != nil {
		return err
	}
	return o.AppendExecutionProviderCUDA(c)
}

func attachTensorRT(o *native.SessionOptions, id int) error {
	t, err := native.NewTensorRTProviderOptions()
	if err != nil {
		return err
	}
	defer t.Destroy()
	if err := t.Update(map[string]string{"device_id": strconv.Itoa(id)}); err != nil {
		return err
	}
	return o.AppendExecutionProviderTensorRT(t)
}

// remedy says how to get a provider.
func remedy(provider string) string {
	switch provider {
	case CUDA, TensorRT:
		return "`ORT=gpu make setup` brings the build for NVIDIA GPUs; it needs NVIDIA's driver, CUDA 12 or newer and cuDNN 9; `curate doctor` shows what is found, and `--device cpu` works without"
	case CoreML:
		return "it exists on macOS only; use `--device auto`"
	case DirectML:
		return "it exists on Windows only, in Microsoft's onnxruntime-directml package; name that library in CURATE_ONNXRUNTIME"
	case OpenVINO:
		return "take the library of Intel's onnxruntime-openvino package and name it in CURATE_ONNXRUNTIME"
	}
	return "use `--device auto`"
}

// candidates returns what auto tries before the CPU. CoreML is not among them: it
// computes in half precision, which nobody asked for.
func candidates() []Device {
	if runtime.GOOS == "windows" {
		return []Device{{Provider: CUDA}, {Provider: DirectML}}
	}
	if runtime.GOOS == "darwin" {
		return nil
	}
	return []Device{{Provider: CUDA}}
}

// Settle returns the device that auto comes to on this machine: the first whose
// provider can be attached, else the CPU. Any other device is returned as it is.
func (rt *Runtime) Settle(d Device) Device {
	if d.Provider != "" && d.Provider != Auto {
		return d
	}
	for _, c := range candidates() {
		if rt.Probe(c) == nil {
			return c
		}
	}
	return Device{Provider: CPU}
}
