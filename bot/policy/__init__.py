"""From a question to an answer: topic, region, retrieval, citations."""

import os

# Read once, when numpy is first imported: a question's few products gain nothing from threads and fight for cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
