"""generate.py MODEL OUTPUT.npy: sixteen images as a NumPy array."""
import sys

import ganymede
import numpy

model = ganymede.load(sys.argv[1], "cpu")
result = model.generate(count=16, seed=7)
numpy.save(sys.argv[2], result.images)
print(f"{result.images.shape} of {model.about['recipe']} in {sys.argv[2]}")
