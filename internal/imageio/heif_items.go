package imageio

// propertiesOf returns the numbers, from 1, of an item's properties in an ipma box
// (ISO/IEC 23008-12, section 9.3).
func propertiesOf(links []byte, item uint32) (indices []int) {
	version, flags, b := full(links)
	idSize, wide := 2, flags&1 != 0
	if version > 0 {
		idSize = 4
	}
	if len(b) < 4 {
		return nil
	}
	for b = b[4:]; len(b) > idSize; {
		id := uint32(be16(b))
		if idSize == 4 {
			id = be32(b)
		}
		n := int(b[idSize])
		b = b[idSize+1:]
		for range n {
			index, size := 0, 1
			if wide {
				size = 2
			}
			if len(b) < size {
				return indices
			}
			if index = int(b[0] & 0x7f); wide {
				index = int(be16(b) & 0x7fff)
			}
			if id == item {
				indices = append(indices, index)
			}
			b = b[size:]
		}
	}
	return indices
}

// locate reads the iloc box: every item must lie inside the file, and the EXIF
// item is kept.
func (f *heifHeader) locate(body, data []byte) error {
	version, _, b := full(body)
	if len(b) < 4 {
		return nil
	}
	r := fields{b: b[2:]}
	offsetSize, lengthSize, baseSize, indexSize := int(b[0]>>4), int(b[0]&15), int(b[1]>>4), int(b[1]&15)
	idSize := 2
	if version == 2 {
		idSize = 4
	}
	for range r.next(idSize) {
		id, method := r.next(idSize), uint64(0)
		if version > 0 {
			method = r.next(2) & 15
		}
		r.next(2) // data reference
		base := r.next(baseSize)
		for range r.next(2) {
			if version > 0 {
				r.next(indexSize)
			}
			from, size := base+r.next(offsetSize), r.next(lengthSize)
			if r.short {
				return invalid(truncated)
			}
			if method != 0 {
				continue // inside another box, whose bounds were checked
			}
			if from > uint64(len(data)) || size > uint64(len(data))-from {
				return invalid(truncated)
			}
			if uint32(id) == f.exifItem && f.exif == nil {
				f.exif = exifOf(data[from : from+size])
			}
		}
		if r.short {
			return invalid(truncated)
		}
	}
	return nil
}

// exifOf cuts the length of the padding, and the padding, off an EXIF item.
func exifOf(item []byte) []byte {
	if len(item) < 4 || uint64(be32(item)) > uint64(len(item)-4) {
		return nil
	}
	return item[4+be32(item):]
}

// fields reads big-endian numbers of any size up to 8 bytes; short is set when the
// bytes ran out.
type fields struct {
	b     []byte
	short bool
}

func (r *fields) next(size int) (v uint64) {
	if len(r.b) < size || size > 8 {
		r.b, r.short = nil, true
		return 0
	}
	for _, c := range r.b[:size] {
		v = v<<8 | uint64(c)
	}
	r.b = r.b[size:]
	return v
}

// trackSamples returns the number of samples in the longest track of a movie box.
func trackSamples(moov []byte) int {
	longest := 0
	var walk func(b []byte, depth int)
	walk = func(b []byte, depth int) {
		list, _ := boxes(b)
		for _, x := range list {
			switch x.kind {
			case "trak", "mdia", "minf", "stbl":
				if depth < 6 {
					walk(x.body, depth+1)
				}
			case "stsz":
				if len(x.body) >= 12 {
					longest = max(longest, int(be32(x.body[8:])))
				}
			}
		}
	}
	walk(moov, 0)
	return longest
}
