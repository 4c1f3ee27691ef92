package pinned

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Client is a package manager found on this machine.
type Client struct {
	Kind    string   // "pip" or "npm"
	Command []string // how it is called: ["python3", "-m", "pip"]
	Version string   // the first line it says about itself
}

// String is the command line a person would type.
func (c Client) String() string { return strings.Join(c.Command, " ") }

var candidates = map[string][][]string{
	"pip": {{"pip3"}, {"pip"}, {"python3", "-m", "pip"}, {"python", "-m", "pip"}},
	"npm": {{"npm"}},
}

// FindClient returns the first client of the kind that runs; ok is false if
// there is none.
func FindClient(ctx context.Context, kind string) (c Client, ok bool) {
	for _, command := range candidates[kind] {
		if _, err := exec.LookPath(command[0]); err != nil {
			continue
		}
		out, err := run(ctx, "", append(command[:len(command):len(command)], "--version"))
		if err == nil {
			line, _, _ := strings.Cut(strings.TrimSpace(out), "\n")
			return Client{kind, command, line}, true
		}
	}
	return Client{}, false
}

// download makes the client put the pin's archive into the empty folder dir and
// returns the path of the one file it brought.
func (c Client) download(ctx context.Context, p Pin, dir string) (string, error) {
	args := append(c.Command[:len(c.Command):len(c.Command)], c.arguments(p, dir)...)
	if out, err := run(ctx, dir, args); err != nil {
		return "", fmt.Errorf("%s could not download %s %s: %w\n%s", c, p.Package, p.Version, err, tail(out, 12))
	}
	files, err := archives(dir)
	if err != nil {
		return "", err
	}
	if len(files) != 1 {
		return "", fmt.Errorf("%s brought %d files for %s %s, want one", c, len(files), p.Package, p.Version)
	}
	return files[0], nil
}

// arguments are the client's words for "this version, for that platform, the
// archive only": pip does not build, npm runs no scripts.
func (c Client) arguments(p Pin, dir string) []string {
	if c.Kind == "npm" {
		return []string{"pack", "--silent", "--ignore-scripts", "--pack-destination", dir, p.Package + "@" + p.Version}
	}
	return []string{"download", "--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check",
		"--platform", p.Platform, "--python-version", "3.11", "--implementation", "cp",
		"--dest", dir, p.Package + "==" + p.Version}
}

func archives(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".whl") || strings.HasSuffix(name, ".tgz") {
			files = append(files, filepath.Join(dir, name))
		}
	}
	return files, nil
}

// run executes a command in dir and returns what it printed on both streams.
func run(ctx context.Context, dir string, command []string) (string, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &out
	err := cmd.Run()
	return out.String(), err
}

// tail keeps the last n lines of a client's words, where it says what failed.
func tail(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
