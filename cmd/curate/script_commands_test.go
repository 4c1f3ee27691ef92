package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/internal/vit/vittest"
)

// scriptCommands are what scripts have beside testscript's own commands.
func scriptCommands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	commands := map[string]func(ts *testscript.TestScript, neg bool, args []string){}
	for name, run := range map[string]func(ts *testscript.TestScript, args []string) error{
		"burst": scriptBurst, "draw": scriptDraw, "drawmany": scriptDrawMany, "await": scriptAwait, "cut": scriptCut, "json": scriptJSON, "pack": scriptPack, "tinymodel": scriptTinyModel,
	} {
		commands[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			if neg {
				ts.Fatalf("%s cannot be negated", name)
			}
			ts.Check(run(ts, args))
		}
	}
	return commands
}

// draw SEED FILE... draws a scene of 96 x 64 pixels into .jpg and .png files.
func scriptDraw(ts *testscript.TestScript, args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("usage: draw SEED FILE")
	}
	seed, err := strconv.ParseUint(args[0], 10, 64)
	if err != nil {
		return err
	}
	picture := scene.Render(seed, 96, 64)
	for _, name := range args[1:] {
		data, err := edit.EncodeJPEG(picture, 90)
		if filepath.Ext(name) == ".png" {
			data, err = edit.EncodePNG(picture)
		}
		if err != nil {
			return err
		}
		path := ts.MkAbs(name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// drawmany N PATTERN draws the scenes 1 to N; PATTERN has a %d for the number.
func scriptDrawMany(ts *testscript.TestScript, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: drawmany N PATTERN")
	}
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	for i := range n {
		if err := scriptDraw(ts, []string{strconv.Itoa(i + 1), fmt.Sprintf(args[1], i+1)}); err != nil {
			return err
		}
	}
	return nil
}

// tinymodel FOLDER makes a Vision Transformer of three blocks with random weights.
func scriptTinyModel(ts *testscript.TestScript, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: tinymodel FOLDER")
	}
	return vittest.WriteFolder(ts.MkAbs(args[0]), vittest.Config)
}

// await FILE LINES waits for a file to hold so many lines.
func scriptAwait(ts *testscript.TestScript, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: await FILE LINES")
	}
	want, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if data, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && bytes.Count(data, []byte{'\n'}) >= want {
			return nil
		}
	}
	return fmt.Errorf("%s has not got %d lines in two minutes", args[0], want)
}

// cut FILE BYTES keeps the first bytes of a file.
func scriptCut(ts *testscript.TestScript, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: cut FILE BYTES")
	}
	n, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil {
		return err
	}
	return os.Truncate(ts.MkAbs(args[0]), n)
}

// json FIELD=VALUE... wants the last output to be one JSON object with these fields.
func scriptJSON(ts *testscript.TestScript, args []string) error {
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	dec.UseNumber()
	var got map[string]any
	if err := dec.Decode(&got); err != nil {
		return fmt.Errorf("the output is no JSON object: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("more than one JSON value")
	}
	for _, arg := range args {
		field, want, _ := strings.Cut(arg, "=")
		value, ok := got[field]
		if !ok {
			return fmt.Errorf("no field %q", field)
		}
		if fmt.Sprint(value) != want {
			return fmt.Errorf("%s is %v, want %s", field, value, want)
		}
	}
	return nil
}

// pack ARCHIVE FOLDER packs the files below a folder into a .zip or .tar.gz.
func scriptPack(ts *testscript.TestScript, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: pack ARCHIVE FOLDER")
	}
	out, err := os.Create(ts.MkAbs(args[0]))
	if err != nil {
		return err
	}
	defer out.Close()
	folder := os.DirFS(ts.MkAbs(args[1]))
	if strings.HasSuffix(args[0], ".zip") {
		z := zip.NewWriter(out)
		if err := z.AddFS(folder); err != nil {
			return err
		}
		return z.Close()
	}
	g := gzip.NewWriter(out)
	t := tar.NewWriter(g)
	err = fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))}); err != nil {
			return err
		}
		_, err = t.Write(data)
		return err
	})
	if err != nil {
		return err
	}
	if err := t.Close(); err != nil {
		return err
	}
	return g.Close()
}
