"""Articles -> passages: split, embedded, stored, searchable by meaning and by word."""
