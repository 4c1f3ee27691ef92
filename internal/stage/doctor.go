package stage

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/pinned"
	"github.com/curate/curate/internal/runtimelib"
)

// The states of a finding. Only what is missing keeps curate from its main job.
const (
	FindingOK      = "ok"
	FindingWarn    = "warn"
	FindingMissing = "missing"
)

// Finding is one line of the doctor: what was looked at, what was found, and
// where that is not well the command that mends it.
type Finding struct {
	Name  string `json:"name"`
	State string `json:"state"`
	Text  string `json:"text"`
	Mend  string `json:"mend"` // "" where there is nothing to mend
}

// DoctorResult is what works on this machine.
type DoctorResult struct {
	OK       bool      `json:"ok"` // nothing is missing
	Version  string    `json:"version"`
	Findings []Finding `json:"findings"`
}

// DoctorOptions name what the doctor cannot see itself.
type DoctorOptions struct {
	Version string // of the program
	Catalog string // path of the catalogue, which need not be there
}

// Doctor looks at everything that curate needs on this machine and changes
// nothing: it loads the runtime library, but asks no registry and no Hub.
func Doctor(ctx context.Context, e *Env, o DoctorOptions) DoctorResult {
	clients := make(chan Finding, 1)
	go func() { clients <- examineClients(ctx) }() // pip and npm take their time to start
	list := []Finding{
		{Name: "program", State: FindingOK, Text: fmt.Sprintf("curate %s, %s, %s/%s", o.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)},
		{Name: "processor", State: FindingOK, Text: processor()},
	}
	list = append(list, examineRuntime(e)...)
	for _, name := range builtin.Names() {
		list = append(list, examineBuiltin(name))
	}
	list = append(list, examineEncoder(ctx, e))
	list = append(list, examineCatalog(ctx, o.Catalog)...)
	list = append(list, examineFolders(e, o.Catalog)...)
	list = append(list, examineHub(), <-clients)
	r := DoctorResult{OK: true, Version: o.Version, Findings: list}
	for _, f := range list {
		r.OK = r.OK && f.State != FindingMissing
	}
	return r
}

// examineRuntime finds and loads the library and attaches what it offers.
func examineRuntime(e *Env) []Finding {
	lib, err := runtimelib.Find(runtimelib.Default(e.Home))
	if err != nil {
		return []Finding{{"runtime library", FindingMissing, oneLine(err), "make setup, or curate setup"}}
	}
	rt, err := ort.Open(lib.Path)
	if err != nil {
		return []Finding{{"runtime library", FindingMissing, oneLine(err), "curate setup, or another library in $" + runtimelib.Env}}
	}
	return []Finding{
		{Name: "runtime library", State: FindingOK, Text: fmt.Sprintf("ONNX Runtime %s, %s (%s)", rt.Version(), lib.Path, lib.Origin)},
		examineDevices(e, lib, rt),
	}
}

// examineDevices says what models can run on; a device that was asked for, or
// whose build is installed, and that does not work is worth a warning.
func examineDevices(e *Env, lib runtimelib.Library, rt *ort.Runtime) Finding {
	f := Finding{Name: "devices", State: FindingOK, Text: strings.Join(rt.Providers(), ", ")}
	wanted, err := ort.ParseDevice(e.Device)
	if err != nil {
		return Finding{"devices", FindingWarn, oneLine(err), "curate doctor --device auto"}
	}
	if wanted.Provider == ort.Auto && lib.CUDA {
		wanted = ort.Device{Provider: ort.CUDA}
	}
	if wanted.Provider == ort.Auto || wanted.Provider == ort.CPU {
		return f
	}
	if err := rt.Probe(wanted); err != nil {
		f.State, f.Mend = FindingWarn, "--device cpu, or what the text says"
		f.Text += "; " + oneLine(err)
	}
	return f
}

// examineBuiltin says how an encoder inside the program runs on this processor.
func examineBuiltin(name string) Finding {
	m, err := builtinModel(name)
	if err != nil {
		return Finding{"encoder " + name, FindingMissing, oneLine(err), "build curate again: the file inside it is damaged"}
	}
	f := Finding{Name: "encoder " + name, State: FindingOK, Text: fmt.Sprintf("%d wide, %d layers, %.1f MB, %.12s, in 8-bit integers", m.Dim, m.Layers, float64(m.Bytes)/1e6, m.Hash)}
	if slow := slowHere(); slow != "" {
		f.State, f.Mend = FindingWarn, "nothing is wrong; a processor with one, or a GPU (--device), is faster"
		f.Text += "; " + slow
	}
	return f
}

func examineEncoder(ctx context.Context, e *Env) Finding {
	store, err := e.Models()
	if err != nil {
		return Finding{"standard encoder", FindingMissing, oneLine(err), "correct the variable"}
	}
	m, err := store.Resolve(ctx, "")
	switch {
	case err != nil && store.HasDefault():
		return Finding{"standard encoder", FindingMissing, oneLine(err), "curate model rm " + modelstore.Default + " && curate setup"}
	case err != nil:
		return Finding{"standard encoder", FindingMissing, oneLine(err), "make setup, or curate setup (with pip); or another one with --model"}
	}
	return Finding{Name: "standard encoder", State: FindingOK,
		Text: fmt.Sprintf("%s, %s, %d wide, %d layers, %s", m.Name, m.Kind, m.Dim, m.Layers, m.Folder)}
}

// examineClients looks for what setup downloads with. Without any, what is
// installed goes on working.
func examineClients(ctx context.Context) Finding {
	var found []string
	for _, kind := range []string{"pip", "npm"} {
		if c, ok := pinned.FindClient(ctx, kind); ok {
			version, _, _ := strings.Cut(c.Version, " from ")
			found = append(found, c.String()+" ("+strings.TrimPrefix(version, kind+" ")+")")
		}
	}
	if len(found) == 0 {
		return Finding{"package clients", FindingWarn, "neither pip nor npm is here; setup needs one of them", "install Python's pip, or curate setup --from FOLDER"}
	}
	return Finding{Name: "package clients", State: FindingOK, Text: strings.Join(found, ", ")}
}

// oneLine folds a message of several lines, as findings are one line each.
func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}
