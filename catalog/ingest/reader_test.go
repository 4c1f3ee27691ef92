package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

// manyEntries are 60 members of different sizes.
func manyEntries() []entry {
	var entries []entry
	for i := range 60 {
		entries = append(entries, entry{fmt.Sprintf("d/%02d.jpg", i), strings.Repeat(fmt.Sprint(i), 100*i+1)})
	}
	return entries
}

func TestReaderReadsMembersInAnyOrder(t *testing.T) {
	entries := manyEntries()
	for name, pack := range packers {
		path := writeFile(t, name, pack(t, entries))
		r := NewReader(1 << 20)
		rng := rand.New(rand.NewPCG(1, 2))
		order := append(rng.Perm(len(entries)), 0, 59, 0)
		for _, i := range order {
			got, err := r.Read(path+"/"+entries[i].name, path)
			if err != nil || string(got) != entries[i].text {
				t.Errorf("%s: %s: %d bytes, %v", name, entries[i].name, len(got), err)
			}
		}
		if _, err := r.Read(path+"/none", path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: a member that is not there: %v", name, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestReaderFromManyGoroutines(t *testing.T) {
	entries := manyEntries()
	var paths []string
	for range 3 {
		for name, pack := range packers {
			paths = append(paths, writeFile(t, name, pack(t, entries)))
		}
	}
	r := NewReader(1 << 20)
	defer r.Close()
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := worker; i < len(entries)*len(paths); i += 4 {
				path, e := paths[i/len(entries)], entries[i%len(entries)]
				got, err := r.Read(path+"/"+e.name, path)
				if err != nil || string(got) != e.text {
					t.Errorf("%s/%s: %d bytes, %v", path, e.name, len(got), err)
				}
			}
		})
	}
	all.Wait()
	if n := len(r.open); n > openArchives {
		t.Errorf("%d archives are held open, more than %d", n, openArchives)
	}
}

// Reading in the archive's own order, or nearly, unpacks it once.
func TestReaderGoesForward(t *testing.T) {
	entries := manyEntries()
	path := writeFile(t, "a.tar.gz", packers["a.tar.gz"](t, entries))
	s := &sequence{path: path}
	defer s.close()
	for i := 0; i < len(entries); i += 2 {
		for _, k := range []int{i + 1, i} { // a little out of order
			if _, err := s.read(entries[k].name, 1<<20); err != nil {
				t.Fatal(err)
			}
		}
	}
	if s.starts != 1 {
		t.Errorf("the archive was unpacked %d times", s.starts)
	}
	if s.bytes != 0 || len(s.order) != 0 {
		t.Errorf("%d bytes of %d members are still held", s.bytes, len(s.order))
	}
}

func TestReaderLimits(t *testing.T) {
	path := writeFile(t, "a.jpg", []byte(strings.Repeat("x", 100)))
	zip := writeFile(t, "a.zip", packZip(t, []entry{{"1.jpg", strings.Repeat("x", 100)}}))
	for limit, ok := range map[int64]bool{99: false, 100: true} {
		r := NewReader(limit)
		if _, err := r.Read(path, ""); (err == nil) != ok {
			t.Errorf("file of 100 bytes, limit %d: %v", limit, err)
		}
		if _, err := r.Read(zip+"/1.jpg", zip); (err == nil) != ok {
			t.Errorf("member of 100 bytes, limit %d: %v", limit, err)
		}
		r.Close()
	}
	if _, err := NewReader(9).Read("nowhere.jpg", ""); err == nil || err.Error() != "read nowhere.jpg: no such file or directory" {
		t.Errorf("got %v", err)
	}
}
