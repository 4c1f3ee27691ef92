package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/curate/curate/internal/safetensors"
)

// shelf keeps the models that were asked last. Only one that nobody uses stays: with
// the next that is loaded it goes.
type shelf struct {
	idle   time.Duration
	mu     sync.Mutex
	models map[string]*shelved
	closed bool
	failed error          // of closing models that had been idle
	going  sync.WaitGroup // models that are dropped while they are still being loaded
}

// shelved is a model on the shelf. What it points to may be used once ready is closed.
type shelved struct {
	ready chan struct{}
	c     *classifier
	err   error
	users int
	away  *time.Timer // nil while it is used
}

// take returns the model in dir, loaded by load unless it is there already. The caller
// calls done after use.
func (s *shelf) take(ctx context.Context, dir string, load func() (*classifier, error)) (*shelved, func(), error) {
	key, err := modelKey(dir)
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, nil, errors.New("the page is closing")
	}
	m, there := s.models[key]
	if !there {
		s.clear()
		m = &shelved{ready: make(chan struct{})}
		if s.models == nil {
			s.models = map[string]*shelved{}
		}
		s.models[key] = m
		go func() { // it goes on if who asked first leaves
			m.c, m.err = load()
			close(m.ready)
		}()
	}
	m.users++
	if m.away != nil {
		m.away.Stop()
		m.away = nil
	}
	s.mu.Unlock()
	done := func() { s.put(key, m) }
	select {
	case <-m.ready:
	case <-ctx.Done():
		done()
		return nil, nil, ctx.Err()
	}
	if m.err != nil {
		done()
		return nil, nil, m.err
	}
	return m, done, nil
}

// put is called when somebody needs the model no longer.
func (s *shelf) put(key string, m *shelved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.users--; m.users > 0 {
		return
	}
	if s.closed {
		s.drop(key, m)
		return
	}
	m.away = time.AfterFunc(s.idle, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if m.users == 0 {
			s.drop(key, m)
		}
	})
	select {
	case <-m.ready:
		if m.err != nil { // the next one tries again
			s.drop(key, m)
		}
	default:
	}
}

// clear drops the models that nobody uses.
func (s *shelf) clear() {
	for key, m := range s.models {
		if m.users == 0 {
			s.drop(key, m)
		}
	}
}

// drop takes a model that nobody uses off the shelf and frees it, when it has come.
func (s *shelf) drop(key string, m *shelved) {
	if s.models[key] != m {
		return
	}
	delete(s.models, key)
	if m.away != nil {
		m.away.Stop()
	}
	select {
	case <-m.ready:
		s.free(m)
	default: // nobody waits for a model that nobody wants
		s.going.Go(func() {
			<-m.ready
			s.mu.Lock()
			defer s.mu.Unlock()
			s.free(m)
		})
	}
}

func (s *shelf) free(m *shelved) {
	if m.c != nil {
		s.failed = errors.Join(s.failed, m.c.close())
	}
}

// close frees the models; those in use go when they were used.
func (s *shelf) close() error {
	s.mu.Lock()
	s.closed = true
	s.clear()
	s.mu.Unlock()
	s.going.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// modelKey tells models apart, also such as were trained into the same folder.
func modelKey(dir string) (string, error) {
	info, err := os.Stat(filepath.Join(dir, safetensors.ModelFile))
	if err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", filepath.Join(dir, safetensors.ModelFile), errors.Unwrap(err))
	}
	return fmt.Sprint(dir, "|", info.Size(), "|", info.ModTime().UnixNano()), nil
}
