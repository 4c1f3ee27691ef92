package catalog

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"
)

// Hash is the SHA-256 of an image file's bytes: the name of an image that outlives every catalogue.
type Hash [32]byte

// ParseHash reads the 64 hexadecimal digits that String writes.
func ParseHash(s string) (Hash, error) {
	var h Hash
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, fmt.Errorf("%q is no SHA-256 (64 hexadecimal digits)", s)
	}
	copy(h[:], b)
	return h, nil
}

// String is the hash in lower-case hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero tells whether the hash was never set.
func (h Hash) IsZero() bool { return h == Hash{} }

// MarshalText writes the hash as String does, also as a JSON value or key.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *Hash) UnmarshalText(b []byte) (err error) {
	*h, err = ParseHash(string(b))
	return err
}

// Value stores the hash as a BLOB of 32 bytes.
func (h Hash) Value() (driver.Value, error) { return h[:], nil }

// Scan reads a BLOB of 32 bytes; NULL and the empty BLOB are the zero hash.
func (h *Hash) Scan(v any) error {
	b, ok := v.([]byte)
	if v == nil || ok && len(b) == 0 {
		*h = Hash{}
		return nil
	}
	if !ok || len(b) != len(h) {
		return fmt.Errorf("a SHA-256 of %d bytes of type %T in the catalogue", len(b), v)
	}
	copy(h[:], b)
	return nil
}
