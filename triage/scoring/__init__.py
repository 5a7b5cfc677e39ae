"""The trained part: features, estimator, thresholds and artefacts; the only place that needs scikit-learn."""
