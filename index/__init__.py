"""Articles -> passages: split, embedded, stored, searchable by meaning and by word."""

import os

# Before either is imported anywhere: ONNX Runtime keeps a device id and a queue of events for its
# maker in the user's cache, and huggingface_hub asks its server who is calling even when it is told
# to use local files only.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("HF_HUB_OFFLINE", "1")
