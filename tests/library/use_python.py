"""use_python.py MODEL RUN RECIPE: uses the Python module as programs do, and fails where anything is not as it should
be."""

import sys
import threading

import ganymede
import numpy

model = ganymede.load(sys.argv[1], "cpu")
options = {"count": 100, "seed": 7}
alone = model.generate(**options)
assert alone.images.dtype == numpy.uint8 and alone.images.shape == (100, 16, 16, 3), alone.images.shape
assert alone.latents.shape == (100, model.about["latent"]) and alone.about["seed"] == 7

control, ended = ganymede.Control(progress=lambda done, total: control.cancel()), []


def long():
    try:
        model.generate(20000, control=control)
    except ganymede.Error as error:
        ended.append(error.status)


thread = threading.Thread(target=long)
thread.start()
beside = model.generate(**options)
thread.join()
assert (beside.images == alone.images).all() and ended == [ganymede.CANCELLED], ended

again = model.run("generate", z=alone.latents[:2].tolist())
assert (again.images == alone.images[:2]).all()
assert (model.generate(z=alone.latents[:2].tolist()).images == again.images).all()
between = model.interpolate([0, alone.latents[1], {"index": 2, "seed": 7}], frames=5, seed=7)
assert (between.images[[0, 2, 4]] == alone.images[:3]).all()
found = model.run("project", images=alone.images[:1], steps=2)
assert (found.groups["given"] == alone.images[:1]).all()
try:
    model.run("generate", cuont=3)
except ganymede.Error as error:
    assert error.status == ganymede.WRONG_USAGE and "did you mean 'count'" in str(error)
told = []
trained = ganymede.train(sys.argv[3], sys.argv[2], steps=3, callback=lambda done, total: told.append((done, total)))
assert trained.about["state"] == "done" and told == [(1, 3), (2, 3), (3, 3)], (trained.about, told)
model = ganymede.Model(trained.about["model"], "cpu")
found = model.evaluate(metrics=["swd"], count=20, real_count=20, force=True)
assert found.about["metrics"]["swd"]["mean"] > 0 and found.images is None
print(ganymede.version, len(ganymede.operations()))
