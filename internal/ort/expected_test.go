package ort

import (
	"os"
	"path/filepath"
	"testing"
)

// A GPU is missed only where the library is built for it and the machine has one.
func TestExpectedDevices(t *testing.T) {
	touch := func(folder, name string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	plain, gpu := t.TempDir(), t.TempDir()
	device := touch(t.TempDir(), "nvidia0")
	touch(plain, "libonnxruntime_providers_shared.so")
	touch(gpu, "libonnxruntime_providers_cuda.so")
	for _, c := range []struct {
		what, folder, mark string
		provider           string
		want               bool
	}{
		{"a build for GPUs and a GPU", gpu, device, CUDA, true},
		{"a build for GPUs without a GPU", gpu, device + "0", CUDA, false},
		{"a build for the CPU beside a GPU", plain, device, CUDA, false},
		{"a device that is no candidate", gpu, device, OpenVINO, false},
	} {
		if got := expected(Device{Provider: c.provider}, filepath.Join(c.folder, "libonnxruntime.so"), []string{c.mark}); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}
