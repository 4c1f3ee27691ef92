package web

import (
	"context"
	"sync"
)

// memo keeps what was counted of the catalogue until anything in it changes.
type memo struct {
	mu      sync.Mutex
	version int64
	values  map[string]any
}

// memoSize is how many answers are kept.
const memoSize = 256

// counted returns what count has returned for a key since the catalogue has changed last, else what it returns now. Several may count the
// same at a time; nobody waits for others.
func counted[T any](ctx context.Context, s *Server, key string, count func(ctx context.Context) (T, error)) (T, error) {
	var none T
	version, err := s.watch.Version(ctx)
	if err != nil {
		return none, err
	}
	if v, ok := s.memo.get(version, key); ok {
		return v.(T), nil
	}
	v, err := count(ctx)
	if err != nil {
		return none, err
	}
	s.memo.put(version, key, v) // of that version or newer: what is too new for it is asked for again
	return v, nil
}

func (m *memo) get(version int64, key string) (any, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.version != version {
		return nil, false
	}
	v, ok := m.values[key]
	return v, ok
}

func (m *memo) put(version int64, key string, v any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.version != version || m.values == nil || len(m.values) >= memoSize {
		m.version, m.values = version, map[string]any{}
	}
	m.values[key] = v
}
