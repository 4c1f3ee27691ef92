package track

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

func points() []Point {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return []Point{
		{Step: 1, Epoch: .5, Time: at, Values: map[string]float64{"loss": .75, "learning_rate": 5e-5}},
		{Step: 2, Epoch: 1, Time: at, Values: map[string]float64{"eval_loss": math.Inf(1), "eval_accuracy": .5}},
	}
}

func TestJSONLines(t *testing.T) {
	dir := t.TempDir()
	j, err := NewJSONL(dir)
	if err != nil {
		t.Fatal(err)
	}
	log(t, j)
	data, err := os.ReadFile(filepath.Join(dir, MetricsFile))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"epoch":0.5,"learning_rate":0.00005,"loss":0.75,"step":1,"time":"2026-01-02T03:04:05Z"}
{"epoch":1,"eval_accuracy":0.5,"eval_loss":null,"step":2,"time":"2026-01-02T03:04:05Z"}
`
	if string(data) != want {
		t.Errorf("got\n%s", data)
	}
}

func log(t *testing.T, tr Tracker) {
	t.Helper()
	for _, p := range points() {
		if err := tr.Log(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := tr.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestTensorBoardRecords reads the records back by the format's own rules;
// conformance has TensorBoard read them.
func TestTensorBoardRecords(t *testing.T) {
	dir := t.TempDir()
	for range 2 { // a run that goes on replaces its file
		tb, err := NewTensorBoard(dir, time.Unix(1700000000, 0))
		if err != nil {
			t.Fatal(err)
		}
		log(t, tb)
	}
	files, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var events [][]byte
	for len(data) > 0 {
		n := binary.LittleEndian.Uint64(data)
		if binary.LittleEndian.Uint32(data[8:]) != masked(data[:8]) || binary.LittleEndian.Uint32(data[12+n:]) != masked(data[12:12+n]) {
			t.Fatal("a checksum is wrong")
		}
		events, data = append(events, data[12:12+n]), data[16+n:]
	}
	if len(events) != 3 || !bytes.Contains(events[0], []byte("brain.Event:2")) || !bytes.Contains(events[1], []byte("train/learning_rate")) || !bytes.Contains(events[2], []byte("eval/accuracy")) {
		t.Errorf("%d events: %q", len(events), events)
	}
	want := protowire.AppendFixed32(protowire.AppendTag(nil, 2, protowire.Fixed32Type), math.Float32bits(.75))
	if !bytes.Contains(events[1], append([]byte("train/loss"), want...)) {
		t.Errorf("no loss of .75 in %q", events[1])
	}
}

// TestMaskedChecksum holds the mask against the value in TensorFlow's crc32c_test
// for 32 zero bytes, 0x8a9136aa before masking.
func TestMaskedChecksum(t *testing.T) {
	crc := uint32(0x8a9136aa)
	if got, want := masked(make([]byte, 32)), (crc>>15|crc<<17)+0xa282ead8; got != want {
		t.Errorf("got %x, want %x", got, want)
	}
}

func TestState(t *testing.T) {
	dir, best := t.TempDir(), .25
	s := State{BestMetric: &best, BestStep: 2, BestCheckpoint: "checkpoint-2", Epoch: 1, Step: 2, MaxSteps: 2, Epochs: 1, MicroBatch: 8, Points: points()}
	if err := WriteState(dir, s); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, StateFile))
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		BestMetric float64          `json:"best_metric"`
		GlobalStep int              `json:"global_step"`
		LogHistory []map[string]any `json:"log_history"`
	}
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if back.BestMetric != .25 || back.GlobalStep != 2 || len(back.LogHistory) != 2 || back.LogHistory[0]["loss"] != .75 {
		t.Errorf("read back %+v", back)
	}
}
