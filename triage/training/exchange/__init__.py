"""Labels to and from the tools people mark notes in; nothing is dropped without saying so."""
