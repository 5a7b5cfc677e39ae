"""How good a system is on labelled notes: figures with intervals, mistakes with reasons, changes between systems."""
