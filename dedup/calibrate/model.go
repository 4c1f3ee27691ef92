package calibrate

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/curate/curate/internal/half"
)

// Model is all that a descriptor space has learnt: how to whiten its embeddings
// and what their cosines mean.
type Model struct {
	Whitening   *Whitening
	Calibration Calibration
}

// magic starts the stored form of a whitening; its last digit is the layout.
const magic = "curate whitening 1\n"

// header describes the numbers that follow it.
type header struct {
	In  int `json:"in"`
	Out int `json:"out"`
	// Calibration is in files that hold a whole model only.
	Calibration *Calibration `json:"calibration,omitempty"`
}

// MarshalBinary writes a JSON header with the calibration and, in half precision,
// the whitening: about 2*In*Out bytes.
func (m *Model) MarshalBinary() ([]byte, error) { return m.Whitening.marshal(&m.Calibration) }

// UnmarshalBinary reads what MarshalBinary wrote.
func (m *Model) UnmarshalBinary(data []byte) error {
	m.Whitening = new(Whitening)
	c, err := m.Whitening.unmarshal(data)
	if err != nil {
		return err
	}
	if c == nil {
		return errors.New("read whitening: there is no calibration with it")
	}
	m.Calibration = *c
	if err := m.Calibration.Check(); err != nil {
		return fmt.Errorf("read calibration: %w", err)
	}
	return nil
}

// MarshalBinary writes the whitening alone, in half precision.
func (w *Whitening) MarshalBinary() ([]byte, error) { return w.marshal(nil) }

// UnmarshalBinary reads what MarshalBinary wrote, of a whitening or of a model.
func (w *Whitening) UnmarshalBinary(data []byte) error {
	_, err := w.unmarshal(data)
	return err
}

func (w *Whitening) marshal(c *Calibration) ([]byte, error) {
	head, err := json.Marshal(header{w.In, w.Out, c})
	if err != nil {
		return nil, fmt.Errorf("write whitening: %w", err)
	}
	var b bytes.Buffer
	b.WriteString(magic)
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(head))))
	b.Write(head)
	b.Write(half.Encode(w.Mean))
	b.Write(half.Encode(w.Matrix))
	return b.Bytes(), nil
}

func (w *Whitening) unmarshal(data []byte) (*Calibration, error) {
	rest, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok || len(rest) < 4 {
		return nil, errors.New("read whitening: this is none, or one of another version; run `curate calibrate` again")
	}
	size := binary.LittleEndian.Uint32(rest)
	if rest = rest[4:]; uint64(size) > uint64(len(rest)) {
		return nil, errors.New("read whitening: the data are cut short")
	}
	var h header
	if err := json.Unmarshal(rest[:size], &h); err != nil {
		return nil, fmt.Errorf("read whitening: %w", err)
	}
	rest = rest[size:]
	const most = 1 << 16
	if h.In < 1 || h.Out < 1 || h.In > most || h.Out > most || len(rest) != 2*(h.In+h.In*h.Out) {
		return nil, fmt.Errorf("read whitening: %d bytes do not hold %d x %d values", len(rest), h.Out, h.In)
	}
	w.In, w.Out = h.In, h.Out
	w.Mean, w.Matrix = make([]float32, h.In), make([]float32, h.In*h.Out)
	half.Decode(w.Mean, rest[:2*h.In])
	half.Decode(w.Matrix, rest[2*h.In:])
	for _, v := range append(w.Matrix[:len(w.Matrix):len(w.Matrix)], w.Mean...) {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, errors.New("read whitening: it holds values that are no finite numbers")
		}
	}
	return h.Calibration, nil
}
