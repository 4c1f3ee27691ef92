// Command pageshots takes pictures of the review page for the docs, in a Chromium:
//
//	curate demo --dir DIR
//	go run ./bench/pageshots -catalog DIR/curate.db -out docs
//
// It works on a copy of the catalogue, so that nothing is decided. With names it takes only
// these, such as -only page-cluster,page-phone.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/curate/curate/web/chrome"
)

// shot is one picture.
type shot struct {
	name          string
	path          string
	width, height int
	dark          bool
	first         func(t *chrome.Tab) error // what to do before
}

func main() {
	log.SetFlags(0)
	catalog := flag.String("catalog", "demo/curate.db", "catalogue of drawn pictures")
	program := flag.String("curate", "./curate", "the program")
	out := flag.String("out", "docs", "folder for the pictures")
	only := flag.String("only", "", "names, with commas between")
	dir := flag.String("dir", "", "folder from which paths are shown (default: the catalogue's)")
	quality := flag.Int("quality", 66, "of the JPEGs")
	flag.Parse()
	if err := run(context.Background(), options{*program, *catalog, *dir, *out, *only, *quality}); err != nil {
		log.Fatal(err)
	}
}

// options are what the flags say.
type options struct {
	program, catalog, dir, out, only string
	quality                          int
}

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "pageshots")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "curate.db")
	if said, err := exec.CommandContext(ctx, o.program, "--catalog", o.catalog, "backup", copied).CombinedOutput(); err != nil {
		return fmt.Errorf("copy the catalogue: %w: %s", err, said)
	}
	program, err := filepath.Abs(o.program)
	if err != nil {
		return err
	}
	if o.dir == "" {
		o.dir = filepath.Dir(o.catalog)
	}
	url, stop, err := serve(ctx, program, copied, o.dir)
	if err != nil {
		return err
	}
	defer stop()
	b, err := chrome.Start(ctx, "")
	if err != nil {
		return err
	}
	defer b.Close()
	for _, s := range shots() {
		if o.only != "" && !strings.Contains(","+o.only+",", ","+s.name+",") {
			continue
		}
		if err := take(b, url, s, filepath.Join(o.out, s.name+".jpg"), o.quality); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// serve starts the page, and returns its address without the last slash.
func serve(ctx context.Context, program, catalog, dir string) (url string, stop func(), err error) {
	cmd := exec.CommandContext(ctx, program, "--catalog", catalog, "--json", "serve", "--addr", "127.0.0.1:0")
	cmd.Dir, cmd.Stderr = dir, os.Stderr // paths are shown as from there
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}
	line, err := bufio.NewReader(pipe).ReadBytes('\n')
	var said struct{ URL string }
	if err == nil {
		err = json.Unmarshal(line, &said)
	}
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("start %s: %w", program, err)
	}
	return strings.TrimSuffix(said.URL, "/"), stop, nil
}

func take(b *chrome.Browser, url string, s shot, to string, quality int) error {
	t, err := b.Tab()
	if err != nil {
		return err
	}
	defer t.Close()
	if err := t.Look(s.width, s.height, s.dark); err != nil {
		return err
	}
	path, err := s.at(t, url)
	if err != nil {
		return err
	}
	if err := t.Open(url + path); err != nil {
		return err
	}
	if err := t.Wait("[...document.images].every(i => i.complete || i.loading === 'lazy' && i.getBoundingClientRect().top > innerHeight)"); err != nil {
		return err
	}
	if s.first != nil {
		if err := s.first(t); err != nil {
			return err
		}
	}
	data, err := t.Picture(quality)
	if err != nil {
		return err
	}
	log.Printf("%s: %d kB", to, len(data)/1000)
	return os.WriteFile(to, data, 0o644)
}

// at is the address of a shot; one that begins with a script is what the script returns on the page before it.
func (s shot) at(t *chrome.Tab, url string) (string, error) {
	path, script, found := strings.Cut(s.path, " ")
	if !found {
		return path, nil
	}
	if err := t.Open(url + path); err != nil {
		return "", err
	}
	return chrome.Eval[string](t, script)
}
