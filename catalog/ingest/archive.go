package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path"
	"strings"
)

// ErrNotContainer says that a file is no archive or table, whatever its name says.
var ErrNotContainer = errors.New("not an archive")

// Archive lists the members of an archive or the pictures of a table.
//
// Members yields regular members in the order in which they lie in the file, each
// name once, and can be called again to start anew. Of compressed archives a member
// can be opened until the next one is asked for. After an error there are no more
// members: what was yielded before is good.
type Archive interface {
	Members(ctx context.Context) iter.Seq2[Member, error]
	Close() error
}

// Member is one file in an archive, or one picture in a table.
type Member struct {
	// Name is the member's way inside, cleaned: with slashes, without ".." and
	// without a leading slash. A second member of the same name ends in "#2".
	Name    string
	Size    int64  // unpacked, as the archive claims
	ModTime int64  // Unix nanoseconds; 0 = not said
	Facts   Facts  // said by the columns of a table, or by sidecars: see Described
	Problem string // why it cannot be opened: encrypted, not in the table
	open    func() (io.ReadCloser, error)
}

// Open opens a member for reading.
func (m Member) Open() (io.ReadCloser, error) {
	if m.Problem != "" {
		return nil, errors.New(m.Problem)
	}
	return m.open()
}

// OpenArchive opens the container at path: zip, tar, tar with gzip or Zstandard, or
// Parquet, as the content says. Anything else is ErrNotContainer. Nothing is ever
// unpacked to disk.
func OpenArchive(path string) (Archive, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	archive, err := openArchive(file)
	if err != nil {
		file.Close()
		return nil, err
	}
	return archive, nil
}

func openArchive(file *os.File) (Archive, error) {
	head := make([]byte, 512)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	switch head = head[:n]; {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return openZip(file, info.Size())
	case bytes.HasPrefix(head, []byte("PAR1")):
		return openParquet(file, info.Size())
	case bytes.HasPrefix(head, []byte("\x1f\x8b")), bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		return &tarball{file: file, size: info.Size(), packed: true}, nil
	case isTar(head):
		return &tarball{file: file, size: info.Size()}, nil
	}
	return nil, ErrNotContainer
}

// names makes every member's name safe and unique.
type names struct{ seen map[string]int }

func (n *names) clean(raw string) string {
	name := strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(raw, `\`, "/")), "/")
	name = strings.ReplaceAll(name, "\x00", "_")
	if name == "" {
		name = "_"
	}
	if n.seen == nil {
		n.seen = map[string]int{}
	}
	n.seen[name]++
	if k := n.seen[name]; k > 1 {
		return n.clean(fmt.Sprintf("%s#%d", name, k))
	}
	return name
}

// Bounds of what an archive may unpack to: more than this and so many times its own
// size is a bomb. Pictures do not shrink like that.
const (
	bombBytes = 1 << 30
	bombRatio = 200
)

var errBomb = fmt.Errorf("unpacks to more than %d times its size: looks like a bomb, the rest is not read", bombRatio)

// budget counts what an archive unpacks to over all its members.
type budget struct{ packed, unpacked int64 }

func (b *budget) add(n int) error {
	b.unpacked += int64(n)
	if b.unpacked > bombBytes && b.unpacked/bombRatio > b.packed {
		return errBomb
	}
	return nil
}

// counted is a reader whose bytes are counted.
type counted struct {
	io.Reader
	budget *budget
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if over := c.budget.add(n); over != nil {
		return n, over
	}
	return n, err
}
