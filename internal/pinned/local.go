package pinned

import (
	"context"
	"fmt"
	"strings"
)

// Source is where archives come from: the package clients of this machine, or
// Folder, where somebody has put the archives for a machine without a network.
type Source struct {
	Folder string
}

// Get brings the first of pins that can be had, checked, as Fetch does. The
// archive may lie outside tmp when it comes from a folder.
func (s Source) Get(ctx context.Context, pins []Pin, tmp string) (Pin, string, error) {
	if s.Folder == "" {
		return Fetch(ctx, pins, tmp)
	}
	files, err := archives(s.Folder)
	if err != nil {
		return Pin{}, "", err
	}
	var names []string
	for _, p := range pins {
		for _, file := range files {
			if check(file, p.SHA256) == nil {
				return p, file, nil
			}
		}
		names = append(names, p.String())
	}
	return Pin{}, "", fmt.Errorf("%s holds no archive with the hash of %s", s.Folder, strings.Join(names, " or "))
}
