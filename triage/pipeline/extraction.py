from triage.pipeline.extractor import *  # noqa
