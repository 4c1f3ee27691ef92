package catalog

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// contentColumns are the columns that scanContent reads, in its order.
const contentColumns = `i.sha256, i.bytes, i.format, i.width, i.height, i.orientation, i.frames, i.bits, i.mode, i.phash, i.phash_version, i.metadata, i.invalid`

// contentTargets are where the columns of contentColumns go; finish turns the last of them into values.
func contentTargets(c *Content) (targets []any, finish func() error) {
	var phash []byte
	var metadata string
	targets = []any{&c.Hash, &c.Bytes, &c.Format, &c.Width, &c.Height, &c.Orientation, &c.Frames, &c.Bits, &c.Mode, &phash, &c.PHashVersion,
		&metadata, &c.Invalid}
	return targets, func() (err error) {
		if c.PHash, err = readPHash(phash); err != nil {
			return err
		}
		c.Metadata, err = readObject(metadata)
		return err
	}
}

// bytes lays the eight hashes out for the phash column.
func (p *PHash) bytes() []byte {
	if p == nil {
		return nil
	}
	b := make([]byte, 0, 8*len(p))
	for _, h := range p {
		b = binary.LittleEndian.AppendUint64(b, h)
	}
	return b
}

func readPHash(b []byte) (*PHash, error) {
	if b == nil {
		return nil, nil
	}
	p := new(PHash)
	if len(b) != 8*len(p) {
		return nil, fmt.Errorf("a perceptual hash of %d bytes in the catalogue", len(b))
	}
	for i := range p {
		p[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return p, nil
}

// objectText is a JSON object as stored; an empty map is the empty text. Keys are sorted, so equal maps are equal texts.
func objectText(m map[string]any) (string, error) {
	if len(m) == 0 {
		return "", nil
	}
	b, err := json.Marshal(m)
	return string(b), err
}

func readObject(s string) (map[string]any, error) {
	if s == "" {
		return nil, nil
	}
	var m map[string]any
	err := json.Unmarshal([]byte(s), &m)
	return m, err
}
