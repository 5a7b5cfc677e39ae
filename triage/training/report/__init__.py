"""The evaluation as one self-contained page that opens anywhere and needs no network."""
