package stage

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
)

// predictItem is a picture that was found, or what cannot be one.
type predictItem struct {
	picture judgedPicture
	bad     *UnusableInput
}

// predictSource finds the pictures of Predict, in the order in which they are named,
// those of a folder in the order of their names.
type predictSource struct {
	env     *Env
	options PredictOptions
	items   chan predictItem // closed when all are found
	other   int              // files that are no pictures
}

// check says which of the paths does not exist, before any work.
func (s *predictSource) check() error {
	listed := 0
	for _, path := range s.options.Paths {
		if path == PathList {
			listed++
			continue
		}
		if _, err := ingest.Roots([]string{path}, catalog.Canonical); err != nil {
			return err
		}
	}
	switch {
	case listed > 1:
		return errors.New("the list of names can be read once only")
	case listed == 1 && s.options.List == nil:
		return errors.New("there is no list of names")
	}
	return nil
}

func (s *predictSource) run(ctx context.Context) error {
	defer close(s.items)
	for _, path := range s.options.Paths {
		var err error
		if path == PathList {
			err = s.list(ctx)
		} else {
			err = s.path(ctx, path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// path finds what is at one path.
func (s *predictSource) path(ctx context.Context, path string) error {
	roots, err := ingest.Roots([]string{path}, catalog.Canonical)
	if err != nil {
		return s.send(ctx, predictItem{bad: &UnusableInput{path, "it is not there, or cannot be reached"}})
	}
	f := &finder{
		picture: func(p givenPicture) error {
			return s.send(ctx, predictItem{picture: judgedPicture{id: p.Path, work: catalog.Work{Place: p.Place}}})
		},
		unusable: func(u UnusableInput) error { return s.send(ctx, predictItem{bad: &u}) },
	}
	err = f.find(ctx, s.env, roots)
	s.other += f.other
	return err
}

func (s *predictSource) send(ctx context.Context, item predictItem) error {
	select {
	case s.items <- item:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// longestListed is how long a name of a list may be.
const longestListed = 1 << 16

// list finds what the names of the list stand for. Empty ones are passed over; what is
// not there is told and does not stop the others. The list may come from somebody who
// writes nothing for hours: it is read beside, so that the end of ctx need not wait.
func (s *predictSource) list(ctx context.Context) error {
	names, ended := make(chan string), make(chan error, 1)
	go func() { ended <- s.read(ctx, names) }()
	for {
		select {
		case name := <-names:
			if err := s.path(ctx, name); err != nil {
				return err
			}
		case err := <-ended:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// read hands over the names of the list.
func (s *predictSource) read(ctx context.Context, to chan<- string) error {
	names := bufio.NewScanner(s.options.List)
	names.Buffer(nil, longestListed)
	if s.options.Null {
		names.Split(scanNull)
	}
	for names.Scan() {
		if names.Text() == "" {
			continue
		}
		select {
		case to <- names.Text():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := names.Err(); err != nil {
		return fmt.Errorf("read the list of names: %w", err)
	}
	return nil
}

// scanNull splits at zero bytes.
func scanNull(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), slices.Clone(data), nil
	}
	return 0, nil, nil
}
