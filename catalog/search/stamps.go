package search

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/curate/curate/catalog"
)

// A generation's file of stamps says what it holds: of every image its number and the stamp of what was indexed of it, 8 bytes each,
// little endian, in the order of the numbers.
const stampBytes = 16

var errStamps = errors.New("the list of what is indexed is damaged")

func writeStamps(path string, stamps map[catalog.ImageID]uint64) error {
	data := make([]byte, 0, stampBytes*len(stamps))
	for _, id := range slices.Sorted(maps.Keys(stamps)) {
		data = binary.LittleEndian.AppendUint64(data, uint64(id))
		data = binary.LittleEndian.AppendUint64(data, stamps[id])
	}
	return os.WriteFile(path, data, 0o666)
}

func readStamps(path string) (map[catalog.ImageID]uint64, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(data)%stampBytes != 0 {
		return nil, fmt.Errorf("%s: %w", path, errStamps)
	}
	stamps := make(map[catalog.ImageID]uint64, len(data)/stampBytes)
	for ; len(data) > 0; data = data[stampBytes:] {
		stamps[int64(binary.LittleEndian.Uint64(data))] = binary.LittleEndian.Uint64(data[8:])
	}
	return stamps, nil
}

// change is what an index lacks.
type change struct {
	put  []catalog.ImageID // new, or not as they were indexed; by number
	drop []catalog.ImageID
}

func (c change) size() int { return len(c.put) + len(c.drop) }

// changed compares what is indexed with what there is.
func changed(indexed, now map[catalog.ImageID]uint64) (c change) {
	for id, stamp := range now {
		if was, ok := indexed[id]; !ok || was != stamp {
			c.put = append(c.put, id)
		}
	}
	for id := range indexed {
		if _, ok := now[id]; !ok {
			c.drop = append(c.drop, id)
		}
	}
	slices.Sort(c.put)
	slices.Sort(c.drop)
	return c
}
