package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/curate/curate/internal/home"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/runtimelib"
)

// The scripts of testdata/script read like sessions: `exec curate ...` runs this
// very program. They see $CURATE_HOME and $CURATE_ONNXRUNTIME as the user who
// runs the tests has them, and nothing else of that user; $SHARED is the folder
// of shared pictures, $LIBRARY the runtime library. The conditions [runtime], [encoder] and [shared] say
// whether each is there; what orttest.RequireEnv names must be.
func TestMain(m *testing.M) {
	if os.Getenv("CURATE_TEST_STUBBORN") != "" {
		stubborn()
		return
	}
	testscript.Main(m, map[string]func(){"curate": main})
}

func TestScripts(t *testing.T) {
	own, err := home.Dir()
	if err != nil {
		t.Fatal(err)
	}
	shared := os.Getenv("CURATE_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	if shared, err = filepath.Abs(shared); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("CURATE_HOME", own)
			e.Setenv("SHARED", shared)
			if lib, err := runtimelib.Find(runtimelib.Default(own)); err == nil {
				e.Setenv("LIBRARY", lib.Path)
			}
			if lib := os.Getenv(runtimelib.Env); lib != "" {
				e.Setenv(runtimelib.Env, lib)
			}
			return nil
		},
		Cmds:      scriptCommands(),
		Condition: func(name string) (bool, error) { return condition(name, own, shared) },
	})
}

func condition(name, own, shared string) (bool, error) {
	var err error
	switch name {
	case "runtime":
		_, err = runtimelib.Find(runtimelib.Default(own))
	case "encoder":
		_, err = (&modelstore.Store{Home: own}).Resolve(context.Background(), "")
	case "shared":
		_, err = os.Stat(filepath.Join(shared, "data"))
	default:
		return false, os.ErrInvalid
	}
	if err != nil && orttest.Required(name) {
		return false, err // this fails the script, also one that would skip
	}
	return err == nil, nil
}

// A script that needs what is required and not here does not pass as skipped.
func TestRequiredConditions(t *testing.T) {
	t.Setenv(runtimelib.Env, filepath.Join(t.TempDir(), "nowhere"))
	for _, name := range []string{"runtime", "encoder"} {
		t.Setenv(orttest.RequireEnv, "")
		if ok, err := condition(name, t.TempDir(), ""); ok || err != nil {
			t.Errorf("%s not required: %v, %v", name, ok, err)
		}
		t.Setenv(orttest.RequireEnv, "runtime encoder")
		if _, err := condition(name, t.TempDir(), ""); err == nil {
			t.Errorf("%s required and not here: no error", name)
		}
	}
}
