"""`make bench`: what the desk reaches, measured in one run on one machine, each figure beside its reference and bar."""
