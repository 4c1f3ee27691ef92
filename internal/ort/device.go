package ort

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The providers that a device can name. Auto takes a GPU where there is one,
// else the CPU.
const (
	Auto     = "auto"
	CPU      = "cpu"
	CUDA     = "cuda"
	TensorRT = "tensorrt"
	CoreML   = "coreml"
	OpenVINO = "openvino"
	DirectML = "directml"
)

// known lists the providers in the order in which they are shown.
func known() []string { return []string{Auto, CPU, CUDA, TensorRT, CoreML, OpenVINO, DirectML} }

// Device is where a graph runs: a provider and, for GPUs, which one.
type Device struct {
	Provider string
	ID       int
}

// ParseDevice reads auto, cpu, cuda, cuda:1, tensorrt[:N], coreml, openvino or
// directml[:N]. An empty text is auto.
func ParseDevice(text string) (Device, error) {
	if text == "" {
		return Device{Provider: Auto}, nil
	}
	provider, number, numbered := strings.Cut(text, ":")
	d := Device{Provider: provider}
	if !slices.Contains(known(), provider) {
		return Device{}, fmt.Errorf("unknown device %q: use one of %s, or a number with it such as cuda:1", text, strings.Join(known(), ", "))
	}
	if !numbered {
		return d, nil
	}
	if !d.hasNumber() {
		return Device{}, fmt.Errorf("device %q: %s takes no number", text, provider)
	}
	id, err := strconv.ParseUint(number, 10, 16)
	if err != nil {
		return Device{}, fmt.Errorf("device %q: %q is not the number of a GPU, such as %s:0", text, number, provider)
	}
	d.ID = int(id)
	return d, nil
}

func (d Device) hasNumber() bool {
	return d.Provider == CUDA || d.Provider == TensorRT || d.Provider == DirectML
}

// String returns the device as ParseDevice reads it.
func (d Device) String() string {
	if d.Provider == "" {
		return Auto
	}
	if d.hasNumber() && d.ID > 0 {
		return fmt.Sprintf("%s:%d", d.Provider, d.ID)
	}
	return d.Provider
}
