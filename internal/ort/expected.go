package ort

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// expected tells whether a device ought to work: the library at path was built for it, and the machine shows that it has
// one (marks; none are known of other systems than Linux, where the build alone has to do).
func expected(d Device, path string, marks []string) bool {
	part, built := map[string]string{CUDA: "*onnxruntime_providers_cuda*", DirectML: "DirectML.dll"}[d.Provider]
	if !built {
		return false
	}
	found, err := filepath.Glob(filepath.Join(filepath.Dir(path), part))
	if err != nil || len(found) == 0 {
		return false
	}
	return len(marks) == 0 || slices.ContainsFunc(marks, func(m string) bool {
		_, err := os.Stat(m)
		return err == nil
	})
}

// gpuMarks are files of which a machine with a GPU and its driver has one: NVIDIA's own, and that of Linux inside Windows.
func gpuMarks() []string {
	if runtime.GOOS != "linux" {
		return nil
	}
	return []string{"/dev/nvidia0", "/proc/driver/nvidia/version", "/dev/dxg"}
}
