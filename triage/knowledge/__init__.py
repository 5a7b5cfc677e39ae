"""What the detectors know: YAML files, their schemas, loader and checks."""
