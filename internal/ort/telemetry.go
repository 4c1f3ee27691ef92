package ort

import (
	"fmt"
	"os"
)

// telemetrySwitch is read by the library when it starts. From 1.29 on the official
// builds for Linux and macOS otherwise store an identifier of the device in the
// user's cache folder and send what models are run to their maker (ONNX Runtime,
// pull request 27379). curate sends nothing that its user did not ask for.
const telemetrySwitch = "ORT_DISABLE_TELEMETRY"

// silence must be called before the library is loaded: it looks only once.
func silence() error {
	if err := os.Setenv(telemetrySwitch, "1"); err != nil {
		return fmt.Errorf("turn off the telemetry of ONNX Runtime: %w", err)
	}
	return nil
}
