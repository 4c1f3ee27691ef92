package catalog

import "fmt"

// locationValues are the columns that insert and write set, in their order.
func locationValues(l *Location) ([]any, error) {
	extra, err := objectText(l.Origin.Extra)
	if err != nil {
		return nil, fmt.Errorf("further columns: %w", err)
	}
	var image any
	if l.Image != 0 {
		image = l.Image
	}
	o := &l.Origin
	return []any{l.Path, l.Kind, l.Container, l.Root, l.Size, l.ModTime, int64(l.Inode), image, o.Label, o.Subject, o.Source, o.Generator, o.Prompt,
		o.Seed, o.URL, o.Licence, extra, l.Problem, now()}, nil
}

// insert makes a live row.
func (r *recorder) insert(l Location) (LocationID, error) {
	r.touched[l.Image] = true
	values, err := locationValues(&l)
	if err != nil {
		return 0, err
	}
	res, err := r.tx.ExecContext(r.ctx, `INSERT INTO location (path, kind, container, root, size, mtime, inode, image, label, subject, source,
		generator, prompt, seed, url, licence, extra, problem, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, values...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// write makes the row l.ID say what l says, live.
func (r *recorder) write(l Location) error {
	r.touched[l.Image] = true
	values, err := locationValues(&l)
	if err != nil {
		return err
	}
	_, err = r.tx.ExecContext(r.ctx, `UPDATE location SET path = ?, kind = ?, container = ?, root = ?, size = ?, mtime = ?, inode = ?, image = ?,
		label = ?, subject = ?, source = ?, generator = ?, prompt = ?, seed = ?, url = ?, licence = ?, extra = ?, problem = ?, seen = ?, gone = ''
		WHERE id = ?`, append(values, l.ID)...)
	return err
}

// leave notes that what was at a path is no longer there.
func (r *recorder) leave(l *Location) error {
	r.touched[l.Image] = true
	_, err := r.tx.ExecContext(r.ctx, "UPDATE location SET gone = ? WHERE id = ?", now(), l.ID)
	return err
}
