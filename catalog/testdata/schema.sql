CREATE TABLE change (
  step   INTEGER NOT NULL REFERENCES journal (id),
  seq    INTEGER NOT NULL,
  tbl    TEXT    NOT NULL,
  key    TEXT    NOT NULL,
  before TEXT,
  after  TEXT,
  PRIMARY KEY (step, seq)
) WITHOUT ROWID;
CREATE TABLE cluster (
  id   INTEGER PRIMARY KEY,
  kind TEXT    NOT NULL REFERENCES marks (kind),
  rule TEXT    NOT NULL,
  keep INTEGER NOT NULL CHECK (keep > 0)
);
CREATE TABLE embedding (
  space  INTEGER NOT NULL REFERENCES space (id),
  image  INTEGER NOT NULL REFERENCES image (id),
  vector BLOB    NOT NULL,                           -- half precision, little endian
  PRIMARY KEY (space, image)
);
CREATE TABLE image (
  id            INTEGER PRIMARY KEY,
  sha256        BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
  bytes         INTEGER NOT NULL,
  format        TEXT    NOT NULL,
  width         INTEGER NOT NULL,
  height        INTEGER NOT NULL,
  orientation   INTEGER NOT NULL,
  frames        INTEGER NOT NULL,
  bits          INTEGER NOT NULL,
  mode          TEXT    NOT NULL,
  phash         BLOB    CHECK (length(phash) = 64),  -- 8 orientations, little endian
  phash_version INTEGER NOT NULL,
  metadata      TEXT    NOT NULL,                    -- JSON object or ''
  invalid       TEXT    NOT NULL,                    -- why it is no usable picture
  added         TEXT    NOT NULL,
  checked       INTEGER NOT NULL DEFAULT 0,          -- version of the checks it went through

  status        TEXT    NOT NULL DEFAULT 'missing' CHECK (status IN ('kept', 'removed', 'review', 'invalid', 'missing')),
  cause         TEXT    NOT NULL DEFAULT 'gone',
  cause_of      INTEGER REFERENCES image (id),
  similarity    REAL    NOT NULL DEFAULT 0,
  note          TEXT    NOT NULL DEFAULT '',
  label         TEXT    NOT NULL DEFAULT '',
  subject       TEXT    NOT NULL DEFAULT '',
  source        TEXT    NOT NULL DEFAULT '',
  generator     TEXT    NOT NULL DEFAULT '',
  prompt        TEXT    NOT NULL DEFAULT '',
  conflict      TEXT    NOT NULL DEFAULT ''          -- fields in which the locations disagree, comma between
);
CREATE TABLE issue (
  image     INTEGER NOT NULL REFERENCES image (id),
  name      TEXT    NOT NULL,
  score     REAL    NOT NULL,
  threshold REAL    NOT NULL,
  flagged   INTEGER NOT NULL,
  PRIMARY KEY (image, name)
) WITHOUT ROWID;
CREATE TABLE joined (
  space INTEGER PRIMARY KEY REFERENCES space (id),
  key   TEXT NOT NULL,                               -- what the embeddings were whitened with
  data  BLOB NOT NULL
);
CREATE TABLE journal (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  time    TEXT    NOT NULL,
  command TEXT    NOT NULL,
  kind    TEXT    NOT NULL,
  summary TEXT    NOT NULL,
  state   TEXT    NOT NULL CHECK (state IN ('note', 'open', 'done')),
  payload BLOB,                                      -- what the kind's handler needs to take it back
  undone  INTEGER NOT NULL DEFAULT 0                 -- 0: in force; else the order in which steps were taken back
);
CREATE TABLE link (
  cluster INTEGER NOT NULL REFERENCES cluster (id) ON DELETE CASCADE,
  a       INTEGER NOT NULL REFERENCES image (id),
  b       INTEGER NOT NULL REFERENCES image (id),
  score   REAL    NOT NULL,
  PRIMARY KEY (cluster, a, b),
  CHECK (a < b)
) WITHOUT ROWID;
CREATE TABLE location (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  path      TEXT    NOT NULL,
  kind      TEXT    NOT NULL CHECK (kind IN ('file', 'member', 'url')),
  container TEXT    NOT NULL,
  root      TEXT    NOT NULL,
  size      INTEGER NOT NULL,
  mtime     INTEGER NOT NULL,                        -- Unix nanoseconds
  inode     INTEGER NOT NULL,
  image     INTEGER REFERENCES image (id),           -- NULL: the file could not be read, problem says why
  label     TEXT    NOT NULL,
  subject   TEXT    NOT NULL,
  source    TEXT    NOT NULL,
  generator TEXT    NOT NULL,
  prompt    TEXT    NOT NULL,
  seed      TEXT    NOT NULL,
  url       TEXT    NOT NULL,
  licence   TEXT    NOT NULL,
  extra     TEXT    NOT NULL,                        -- JSON object or ''
  problem   TEXT    NOT NULL,
  seen      TEXT    NOT NULL,
  gone      TEXT    NOT NULL DEFAULT ''
);
CREATE TABLE marks (
  kind      TEXT    PRIMARY KEY CHECK (kind IN ('copy', 'similar')),
  run       INTEGER REFERENCES run (id),
  threshold REAL    NOT NULL
) WITHOUT ROWID;
CREATE TABLE member (
  kind       TEXT    NOT NULL,
  image      INTEGER NOT NULL REFERENCES image (id),
  cluster    INTEGER NOT NULL REFERENCES cluster (id) ON DELETE CASCADE,
  rank       INTEGER NOT NULL,                       -- 0 is the keeper
  similarity REAL    NOT NULL,                       -- to the keeper
  reason     TEXT    NOT NULL,
  PRIMARY KEY (kind, image)
) WITHOUT ROWID;
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
CREATE TABLE pair (
  kind          TEXT    NOT NULL CHECK (kind IN ('copy', 'similar')),
  a             INTEGER NOT NULL REFERENCES image (id),
  b             INTEGER NOT NULL REFERENCES image (id),
  score         REAL    NOT NULL,
  cosine        REAL,                                -- NULL: not measured
  hash_distance INTEGER NOT NULL,                    -- -1: not measured
  orientation   INTEGER NOT NULL,
  evidence      INTEGER NOT NULL,                    -- bits: 1 exact, 2 hash, 4 vit
  PRIMARY KEY (kind, a, b),
  CHECK (a < b)
) WITHOUT ROWID;
CREATE TABLE run (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  name     TEXT    NOT NULL UNIQUE,
  kind     TEXT    NOT NULL,
  settings TEXT    NOT NULL,                         -- JSON
  metrics  TEXT    NOT NULL,                         -- JSON
  status   TEXT    NOT NULL CHECK (status IN ('running', 'done', 'failed', 'interrupted')),
  started  TEXT    NOT NULL,
  finished TEXT    NOT NULL,
  dir      TEXT    NOT NULL,
  pid      INTEGER NOT NULL,
  error    TEXT    NOT NULL
);
CREATE TABLE space (
  id            INTEGER PRIMARY KEY,
  model_hash    TEXT    NOT NULL,
  model         TEXT    NOT NULL,
  layers        TEXT    NOT NULL,
  resolution    INTEGER NOT NULL,
  precision     TEXT    NOT NULL,
  preprocessing INTEGER NOT NULL,
  purpose       TEXT    NOT NULL,
  dim           INTEGER NOT NULL,
  created       TEXT    NOT NULL,
  whitening     BLOB,
  calibration   BLOB,
  UNIQUE (model_hash, layers, resolution, precision, preprocessing, purpose)
);
CREATE TABLE split (
  image INTEGER PRIMARY KEY REFERENCES image (id),
  split TEXT    NOT NULL CHECK (split IN ('train', 'val', 'test')),
  run   INTEGER REFERENCES run (id)
);
CREATE TABLE sqlite_sequence(name,seq);
CREATE TABLE verdict (
  topic TEXT    NOT NULL CHECK (topic IN ('fate', 'label', 'subject', 'pair')),
  a     BLOB    NOT NULL CHECK (length(a) = 32),
  b     BLOB    NOT NULL,                            -- x'' unless topic = 'pair'
  kind  TEXT    NOT NULL CHECK (kind IN ('keep', 'remove', 'label', 'subject', 'distinct', 'same')),
  value TEXT    NOT NULL,
  at    TEXT    NOT NULL,
  step  INTEGER NOT NULL REFERENCES journal (id),
  PRIMARY KEY (topic, a, b),
  CHECK (topic <> 'pair' OR (length(b) = 32 AND a < b))
) WITHOUT ROWID;
CREATE INDEX change_key ON change (tbl, key, step);
CREATE INDEX change_pair ON change (substr(key, 71)) WHERE tbl = 'verdict' AND key >= 'pair/' AND key < 'pair0';
CREATE INDEX cluster_kind ON cluster (kind);
CREATE INDEX embedding_image ON embedding (image);
CREATE INDEX image_because ON image (cause_of) WHERE cause_of IS NOT NULL;
CREATE INDEX image_facets ON image (status, label, subject, generator, source, format, cause, width, height);
CREATE INDEX image_label   ON image (label);
CREATE INDEX image_subject ON image (subject);
CREATE INDEX image_unchecked ON image (status) WHERE checked = 0;
CREATE INDEX issue_name ON issue (name, flagged, score);
CREATE INDEX location_generator ON location (generator) WHERE generator <> '';
CREATE INDEX location_image ON location (image, gone, kind);
CREATE UNIQUE INDEX location_path ON location (path, gone);
CREATE INDEX location_problem ON location (problem) WHERE problem <> '';
CREATE INDEX location_source    ON location (source)    WHERE source <> '';
CREATE UNIQUE INDEX member_cluster ON member (cluster, rank);
CREATE INDEX member_image ON member (image);
CREATE INDEX move_location ON move (location);
CREATE INDEX pair_b     ON pair (b);
CREATE INDEX pair_score ON pair (kind, score DESC, a, b);
CREATE INDEX run_kind ON run (kind);
CREATE INDEX split_name ON split (split);
CREATE INDEX verdict_a ON verdict (a);
CREATE INDEX verdict_b ON verdict (b) WHERE topic = 'pair';