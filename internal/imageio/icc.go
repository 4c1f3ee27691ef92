package imageio

import (
	"strings"
	"unicode/utf16"
)

// iccName returns the description of a colour profile (ICC.1:2022, sections 7.3
// and 10), "unnamed" if it has none that can be read.
func iccName(profile []byte) string {
	if len(profile) >= 132 {
		tags := profile[132:]
		for range min(be32(profile[128:]), 100) {
			if len(tags) < 12 {
				break
			}
			if hasPrefix(tags, "desc") {
				if name := iccText(profile, int64(be32(tags[4:])), int64(be32(tags[8:]))); name != "" {
					return name
				}
			}
			tags = tags[12:]
		}
	}
	return "unnamed"
}

// iccText reads a text of version 2 ("desc", ASCII) or version 4 ("mluc", UTF-16).
func iccText(profile []byte, from, size int64) string {
	if size < 12 || from > int64(len(profile)) || size > int64(len(profile))-from {
		return ""
	}
	tag := profile[from : from+size]
	switch {
	case hasPrefix(tag, "desc"):
		n := min(int(be32(tag[8:])), len(tag)-12, 100)
		return strings.TrimSpace(strings.ToValidUTF8(strings.TrimRight(string(tag[12:12+max(n, 0)]), "\x00"), ""))
	case hasPrefix(tag, "mluc") && len(tag) >= 28:
		n, at := int64(be32(tag[20:])), int64(be32(tag[24:]))
		if at > size || n > size-at {
			return ""
		}
		var units []uint16
		for b := tag[at : at+min(n, 200)]; len(b) >= 2; b = b[2:] {
			units = append(units, be16(b))
		}
		return strings.TrimRight(string(utf16.Decode(units)), "\x00 ")
	}
	return ""
}
