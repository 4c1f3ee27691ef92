package modelstore

import (
	"os"
	"regexp"
	"strings"
)

const cardFile = "README.md"

var shardName = regexp.MustCompile(`^model-\d+-of-\d+\.safetensors$`)

// cardLicence reads the licence out of the head of a model card: the line
// "license: NAME" between the two "---" lines. Without any it is "".
func cardLicence(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	lines := strings.Split(string(data), "\n")
	if strings.TrimSpace(lines[0]) != "---" {
		return ""
	}
	for _, line := range lines[1:] {
		line = strings.TrimSpace(line)
		if line == "---" {
			break
		}
		if value, ok := strings.CutPrefix(line, "license:"); ok {
			return strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return ""
}
