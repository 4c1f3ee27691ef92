package stage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/cpu"

	"github.com/curate/curate/internal/hub"
)

// processor names the cores and the instructions that decide how fast models run.
func processor() string {
	parts := []string{fmt.Sprintf("%d cores", runtime.NumCPU())}
	for _, f := range []struct {
		has  bool
		name string
	}{
		{cpu.X86.HasAVX2, "AVX2"},
		{cpu.X86.HasAVX512F, "AVX-512"},
		{cpu.X86.HasAVX512VNNI, "AVX-512 VNNI"},
		{cpu.X86.HasAVXVNNI, "AVX-VNNI"},
		{cpu.ARM64.HasASIMD || runtime.GOARCH == "arm64", "NEON"},
		{cpu.ARM64.HasASIMDDP, "dot product"},
	} {
		if f.has {
			parts = append(parts, f.name)
		}
	}
	return strings.Join(parts, ", ")
}

// lowSpace is where a warning begins: a descriptor cache or a run's checkpoints
// take about that much.
const lowSpace = 2 << 30

// examineFolders looks whether curate can write where it must, and how much
// room is left there.
func examineFolders(e *Env, catalog string) []Finding {
	beside, err := filepath.Abs(filepath.Dir(catalog))
	if err != nil {
		beside = filepath.Dir(catalog)
	}
	return []Finding{
		examineFolder("curate's folder", e.Home, "set CURATE_HOME to a folder that you can write to"),
		examineFolder("catalogue's folder", beside, "name another with --catalog"),
	}
}

func examineFolder(name, folder, mend string) Finding {
	if err := writable(folder); err != nil {
		return Finding{name, FindingMissing, fmt.Sprintf("%s cannot be written to: %v", folder, err), mend}
	}
	free, err := freeSpace(existing(folder))
	switch {
	case err != nil:
		return Finding{Name: name, State: FindingOK, Text: folder}
	case free < lowSpace:
		return Finding{name, FindingWarn, fmt.Sprintf("%s, only %.1f GB free", folder, float64(free)/1e9), mend}
	}
	return Finding{Name: name, State: FindingOK, Text: fmt.Sprintf("%s, %.1f GB free", folder, float64(free)/1e9)}
}

// writable tries to make a file in the folder, or in the nearest parent that is
// there, and leaves nothing behind.
func writable(folder string) error {
	f, err := os.CreateTemp(existing(folder), ".curate-doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// existing returns the folder, or the nearest parent of it that is there.
func existing(folder string) string {
	for {
		_, err := os.Stat(folder)
		parent := filepath.Dir(folder)
		if !errors.Is(err, fs.ErrNotExist) || parent == folder {
			return folder
		}
		folder = parent
	}
}

// examineHub says where Hub models come from; the Hub itself is not asked.
func examineHub() Finding {
	c, err := hub.FromEnv()
	if err != nil {
		return Finding{"Hugging Face Hub", FindingWarn, oneLine(err), "correct the variable"}
	}
	text := c.Endpoint + ", cache " + c.Cache
	if c.Token != "" {
		text += ", with a token"
	}
	if c.Offline {
		text += ", offline (HF_HUB_OFFLINE)"
	}
	return Finding{Name: "Hugging Face Hub", State: FindingOK, Text: text}
}
