"""JSON endpoints, one file per group of paths."""
