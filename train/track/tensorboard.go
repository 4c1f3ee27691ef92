package track

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// tensorboard writes an event file: TFRecords of Event messages.
//
// Sources: tensorflow/core/util/event.proto and framework/summary.proto for the
// messages, tensorflow/core/lib/io/record_writer.h for the records.
type tensorboard struct{ f *os.File }

// eventPrefix is how TensorBoard knows an event file.
const eventPrefix = "events.out.tfevents."

// NewTensorBoard starts an event file in folder, in place of one that an earlier
// part of the same run left there.
func NewTensorBoard(folder string, start time.Time) (Tracker, error) {
	old, err := filepath.Glob(filepath.Join(folder, eventPrefix+"*"))
	if err != nil {
		return nil, fmt.Errorf("track a run: %w", err)
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("track a run: %w", err)
		}
	}
	f, err := os.Create(filepath.Join(folder, fmt.Sprintf("%s%d.curate", eventPrefix, start.Unix())))
	if err != nil {
		return nil, fmt.Errorf("track a run: %w", err)
	}
	t := &tensorboard{f}
	version := protowire.AppendString(protowire.AppendTag(nil, 3, protowire.BytesType), "brain.Event:2")
	return t, t.write(event(start, 0, version))
}

// Log writes every value of the point under the tag that the Trainer's own
// callback would use.
func (t *tensorboard) Log(p Point) error {
	var summary []byte
	for _, name := range p.names() {
		summary = appendMessage(summary, 1, value(Tag(name), p.Values[name]))
	}
	return t.write(event(p.Time, p.Step, appendMessage(nil, 5, summary)))
}

// Tag is the name of a value in TensorBoard: train/loss, eval/accuracy.
func Tag(name string) string {
	if rest, ok := strings.CutPrefix(name, "eval_"); ok {
		return "eval/" + rest
	}
	return "train/" + name
}

func (t *tensorboard) Close() error { return t.f.Close() }

// write appends a record: length, masked CRC-32C of the length, data, masked
// CRC-32C of the data.
func (t *tensorboard) write(data []byte) error {
	var head [8]byte
	binary.LittleEndian.PutUint64(head[:], uint64(len(data)))
	out := binary.LittleEndian.AppendUint32(head[:], masked(head[:]))
	out = append(out, data...)
	out = binary.LittleEndian.AppendUint32(out, masked(data))
	if _, err := t.f.Write(out); err != nil {
		return fmt.Errorf("track a run: %w", err)
	}
	return nil
}

// masked is the checksum that records carry: a CRC of data that holds CRCs would
// be weak, so it is rotated and shifted.
func masked(data []byte) uint32 {
	c := crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
	return (c>>15 | c<<17) + 0xa282ead8
}

// event is Event{wall_time, step, ...body}.
func event(at time.Time, step int, body []byte) []byte {
	b := protowire.AppendTag(nil, 1, protowire.Fixed64Type)
	b = protowire.AppendFixed64(b, math.Float64bits(float64(at.UnixNano())/1e9))
	b = protowire.AppendTag(b, 2, protowire.VarintType)
	b = protowire.AppendVarint(b, uint64(step))
	return append(b, body...)
}

// value is Summary.Value{tag, simple_value}.
func value(tag string, v float64) []byte {
	b := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), tag)
	b = protowire.AppendTag(b, 2, protowire.Fixed32Type)
	return protowire.AppendFixed32(b, math.Float32bits(float32(v)))
}

func appendMessage(b []byte, field protowire.Number, m []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), m)
}
