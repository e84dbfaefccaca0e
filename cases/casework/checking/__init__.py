"""Whether what is kept is what was kept: every sealed object, every entry, every case. Nothing is ever repaired."""
