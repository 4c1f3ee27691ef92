-- What `apply` does to files, one row a file, written before the file is touched. Paths are as stored.
CREATE TABLE move (
  step     INTEGER NOT NULL REFERENCES journal (id),
  seq      INTEGER NOT NULL,
  location INTEGER NOT NULL,                         -- whose file it is; the row may be forgotten since
  image    INTEGER NOT NULL REFERENCES image (id),
  source   TEXT    NOT NULL,
  target   TEXT    NOT NULL,
  kind     TEXT    NOT NULL CHECK (kind IN ('file', 'link', 'twin')),
  link     TEXT    NOT NULL,                         -- of a link, what it says at the source
  trash    TEXT    NOT NULL,                         -- the trash's note on it, '' outside of a trash
  state    TEXT    NOT NULL CHECK (state IN ('planned', 'moved', 'skipped', 'back', 'lost')),
  note     TEXT    NOT NULL,                         -- why it was skipped
  PRIMARY KEY (step, seq)
) WITHOUT ROWID;
CREATE INDEX move_location ON move (location);
