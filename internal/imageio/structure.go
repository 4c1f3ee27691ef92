package imageio

import (
	"bytes"
	"fmt"
	"strings"
)

// maxNames bounds what is kept of a file with thousands of segments.
const maxNames = 40

// Structure names the parts of a PNG or WebP, and of a JPEG up to its pixels, in their order, as far as they do not depend on the
// picture: parts that follow each other under one name count once. Programs can be told by it. c2pa says that a part holds Content
// Credentials (C2PA 2.1, appendix A). Other formats, and what cannot be read, have neither. data is only read.
func Structure(data []byte) (names string, c2pa bool) {
	var p parts
	switch Sniff(data[:min(len(data), HeadSize)]) {
	case "jpeg":
		p.jpeg(data)
	case "png":
		p.png(data)
	case "webp":
		p.webp(data)
	}
	return strings.Join(p.names, " "), p.c2pa
}

type parts struct {
	names []string
	c2pa  bool
}

func (p *parts) add(name string) {
	n := len(p.names)
	if n < maxNames && (n == 0 || p.names[n-1] != name) {
		p.names = append(p.names, strings.ToValidUTF8(strings.ReplaceAll(name, " ", "_"), "?"))
	}
}

func (p *parts) jpeg(data []byte) {
	for at := 2; ; {
		marker, from, to, err := nextSegment(data, at)
		if err != nil || marker == markEOI {
			return
		}
		p.segment(marker, data[from:to])
		if marker == markSOS {
			return
		}
		at = to
	}
}

func (p *parts) segment(marker byte, body []byte) {
	switch {
	case marker == 0xe0 && hasPrefix(body, "JFIF\x00") && len(body) >= 12:
		p.add(fmt.Sprintf("JFIF/%d.%d/%d:%dx%d", body[5], body[6], body[7], be16(body[8:]), be16(body[10:])))
	case marker >= 0xe0 && marker <= 0xef:
		p.add(fmt.Sprintf("APP%d%s", marker-0xe0, segmentOwner(body)))
		p.c2pa = p.c2pa || marker == 0xeb && bytes.Contains(body, []byte("c2pa"))
	case marker == markDQT:
		p.add("DQT")
	case marker == markDHT:
		p.add(codeTablesKind(body))
	case marker == markDRI:
		p.add("DRI")
	case marker == markCOM:
		p.add("COM")
	case marker == markSOS:
		p.add("SOS")
	case isSOF(marker):
		p.add(fmt.Sprintf("SOF%d", marker-0xc0))
	default:
		p.add(fmt.Sprintf("%02X", marker))
	}
}

// segmentOwner is the word that an application segment begins with.
func segmentOwner(body []byte) string {
	word, _, _ := bytes.Cut(body[:min(len(body), 12)], []byte{0})
	for _, c := range word {
		if c < '0' || c > 'z' {
			return ""
		}
	}
	if len(word) == 0 {
		return ""
	}
	return "/" + string(word)
}

// codeTablesKind tells the code tables that T.81 suggests from those that were made for one picture: by their sizes, 12 and 162 symbols.
func codeTablesKind(body []byte) string {
	for len(body) >= 17 {
		n := 0
		for _, c := range body[1:17] {
			n += int(c)
		}
		if want := 12 + 150*int(body[0]>>4&1); n != want || len(body) < 17+n {
			return "DHT/own"
		}
		body = body[17+n:]
	}
	return "DHT"
}

func (p *parts) png(data []byte) {
	for at := 8; ; {
		c, next, err := nextChunk(data, at)
		if err != nil {
			return
		}
		p.add(c.name)
		p.c2pa = p.c2pa || c.name == "caBX"
		at = next
	}
}

func (p *parts) webp(data []byte) {
	for body := data[min(12, len(data)):]; len(body) >= 8; {
		name, _, rest, err := riffChunk(body)
		if err != nil {
			return
		}
		p.add(name)
		p.c2pa = p.c2pa || name == "C2PA"
		body = rest
	}
}
