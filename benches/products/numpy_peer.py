"""Products of a dense matrix of float32 in memory, by numpy.

numpy_peer.py FOLDER VARIANTS SAMPLES VECTORS: reads the matrix (int8), vectors and weights (float64) of the folder; for each line
of the input, `project` or `score`, it prints how many seconds the product took, and writes it to a file of that name.
"""

import sys
import time
from pathlib import Path

import numpy

folder = Path(sys.argv[1])
variants, samples, vectors = (int(text) for text in sys.argv[2:5])
matrix = numpy.fromfile(folder / "matrix", numpy.int8).reshape(variants, samples)
matrix = numpy.maximum(matrix, 0).astype(numpy.float32)
operands = {
    "project": (matrix, numpy.fromfile(folder / "vectors").reshape(samples, vectors).astype(numpy.float32)),
    "score": (matrix.T, numpy.fromfile(folder / "weights").astype(numpy.float32)),
}
print("ready", flush=True)
for line in sys.stdin:
    left, right = operands[line.strip()]
    started = time.perf_counter()
    product = left @ right
    seconds = time.perf_counter() - started
    product.astype(numpy.float64).tofile(folder / line.strip())
    print(seconds, flush=True)
