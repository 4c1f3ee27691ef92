// Command hubserver runs the stand-in for the Hugging Face Hub of
// internal/hub/hubtest on two free loopback ports, for hub.py: it serves the model
// folder given as argument as org/vit (and as the gated org/gated), prints the
// address of its endpoint on one line, and ends when its standard input does.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/curate/curate/internal/hub/hubtest"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: hubserver FOLDER")
	}
	open, err := load(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	gated := open
	gated.ID, gated.Gated = "org/gated", true
	s := &hubtest.Server{Repos: []hubtest.Repo{open, gated}, Token: "hf_conformance"}
	if s.CDNURL, err = serve(s.CDN()); err != nil {
		log.Fatal(err)
	}
	endpoint, err := serve(s.Hub())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(endpoint)
	io.Copy(io.Discard, os.Stdin)
}

// load reads the files of a folder; weights are large ones, as on the Hub.
func load(folder string) (hubtest.Repo, error) {
	repo := hubtest.Repo{ID: "org/vit", License: "apache-2.0", Tags: []string{"v1.0"}, Files: map[string][]byte{}}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return repo, err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return repo, err
		}
		repo.Files[e.Name()] = data
		if strings.HasSuffix(e.Name(), ".safetensors") {
			repo.Large = append(repo.Large, e.Name())
		}
	}
	return repo, nil
}

// serve listens on a free loopback port and returns its address.
func serve(h http.Handler) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go http.Serve(l, h)
	return "http://" + l.Addr().String(), nil
}
