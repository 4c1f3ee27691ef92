-- What the last comparison of all embeddings of a space covered and found, so that the next compares only what is new. How it is laid out is
-- the matter of the stage; it may be dropped at any time.
CREATE TABLE joined (
  space INTEGER PRIMARY KEY REFERENCES space (id),
  key   TEXT NOT NULL,                               -- what the embeddings were whitened with
  data  BLOB NOT NULL
);
