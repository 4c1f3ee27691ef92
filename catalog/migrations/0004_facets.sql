-- Lists and pages count and filter by these, and need not read whole rows for it, which hold the metadata of files.
DROP INDEX image_status;
CREATE INDEX image_facets ON image (status, label, subject, generator, source, format, cause, width, height);
CREATE INDEX image_unchecked ON image (status) WHERE checked = 0;
DROP INDEX location_image;
CREATE INDEX location_image ON location (image, gone, kind);
CREATE INDEX location_problem ON location (problem) WHERE problem <> '';
