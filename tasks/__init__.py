"""The work: one step per file, and the words for things."""

import os

# Before onnxruntime is imported anywhere: it would keep a device id and send events to its maker.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
