"""Ganymede's C interface by ctypes, with images as NumPy arrays: installed by the wheel and by python3-ganymede, or
copied into your program.

    model = ganymede.load("models/shapes-relativistic.safetensors")
    result = model.generate(count=16, seed=7)
    result.images      # uint8 [16, height, width, channels]
    result.about       # what else the operation says, as a dict

Options are those of docs/reference/. The shared library is the one that GANYMEDE_LIBRARY names, else the one beside
this file, else the system's; it is loaded at the first call.
"""
from __future__ import annotations

import ctypes
import functools
import json
import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy
from numpy.typing import NDArray

Images = NDArray[numpy.uint8]  # [N, height, width, channels]

OK, FAILED, WRONG_USAGE, CANCELLED, BUSY, NOT_READY, OUT_OF_MEMORY = range(7)


class _Pixels(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("width", ctypes.c_int32),
        ("height", ctypes.c_int32),
        ("channels", ctypes.c_int32),
    ]


class _Image(ctypes.Structure):
    _fields_ = [("pixels", _Pixels), ("group", ctypes.c_char_p), ("label", ctypes.c_char_p),
                ("latent", ctypes.POINTER(ctypes.c_float)), ("latent_size", ctypes.c_size_t)]


_Progress = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64)


@functools.cache
def _library() -> ctypes.CDLL:
    beside = pathlib.Path(__file__).with_name("libganymede.so.0")
    system = str(beside) if beside.exists() else "libganymede.so.0"
    library = ctypes.CDLL(os.environ.get("GANYMEDE_LIBRARY", system))
    handle, out, text = ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.c_char_p
    functions = {
        "version": (text, []), "error_message": (text, []), "operations": (text, []),
        "model_load": (ctypes.c_int, [text, text, out]), "model_json": (text, [handle]), "model_free": (None, [handle]),
        "control_new": (ctypes.c_int, [out]), "control_set_progress": (None, [handle, _Progress, handle]),
        "control_cancel": (None, [handle]), "control_free": (None, [handle]),
        "run": (ctypes.c_int, [handle, text, text, handle, out]),
        "run_on": (ctypes.c_int, [handle, text, text, ctypes.POINTER(_Pixels), ctypes.c_size_t, handle, out]),
        "result_count": (ctypes.c_size_t, [handle]), "result_json": (text, [handle]), "result_free": (None, [handle]),
        "result_image": (ctypes.POINTER(_Image), [handle, ctypes.c_size_t]),
    }
    for name, (result, arguments) in functions.items():
        function = getattr(library, "ganymede_" + name)
        function.restype, function.argtypes = result, arguments
    return library


def __getattr__(name: str) -> Any:
    if name == "version":
        return _library().ganymede_version().decode()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class Error(Exception):
    """What the library refuses or fails at; status is one of the codes above."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def _check(status: int) -> None:
    if status != OK:
        raise Error(status, _library().ganymede_error_message().decode())


class Control:
    """Ends a call early, from any thread, and hears of its progress."""

    def __init__(self, progress: Callable[[int, int], object] | None = None) -> None:
        self._handle = ctypes.c_void_p()
        _check(_library().ganymede_control_new(ctypes.byref(self._handle)))
        # The callback must live as long as the library may call it.
        self._callback = _Progress(lambda _, done, total: progress(done, total)) if progress else _Progress()
        _library().ganymede_control_set_progress(self._handle, self._callback, None)

    def cancel(self) -> None:
        _library().ganymede_control_cancel(self._handle)

    def __del__(self) -> None:
        _library().ganymede_control_free(self._handle)


class Result:
    """about: all that is no image. images: the operation's own, uint8 [N, H, W, C]. groups: all images, by group.
    latents: the points that `images` were made from, float32 [N, size]; None where there are none."""

    def __init__(self, handle: ctypes.c_void_p) -> None:
        self.about: dict[str, Any] = json.loads(_library().ganymede_result_json(handle))
        groups: dict[str, list[Images]] = {}
        latents = []
        for i in range(_library().ganymede_result_count(handle)):
            image = _library().ganymede_result_image(handle, i).contents
            pixels, group = image.pixels, image.group.decode()
            shape = (pixels.height, pixels.width, pixels.channels)
            memory = (ctypes.c_uint8 * (shape[0] * shape[1] * shape[2])).from_address(pixels.data)
            groups.setdefault(group, []).append(numpy.frombuffer(memory, numpy.uint8).reshape(shape))
            if group == "images" and image.latent:
                latents.append(numpy.ctypeslib.as_array(image.latent, (image.latent_size,)))
        # Stacking copies: the arrays outlive the library's buffers.
        self.groups: dict[str, Images] = {name: numpy.stack(images) for name, images in groups.items()}
        self.images: Images | None = self.groups.get("images")
        self.latents: NDArray[numpy.float32] | None = numpy.stack(latents) if latents else None


def run(operation: str, control: Control | None = None, **options: Any) -> Result:
    """Runs what needs no model: train, import, evaluate of two sets of images."""
    return _run(None, operation, None, control, options)


def train(recipe: str, output: str | os.PathLike[str], *, steps: int | None = None,
          callback: Callable[[int, int], object] | None = None, control: Control | None = None,
          **options: Any) -> Result:
    """Trains a recipe, a file or the name of a shipped one, into the run folder `output`. callback(done, total) hears
    of every step; Control.cancel() ends it, and resume=True goes on with it."""
    if steps is not None:
        options["steps"] = steps
    return run("train", control or Control(callback), recipe=recipe, output=os.fspath(output), **options)


def _run(model: ctypes.c_void_p | None, operation: str, images: Images | None, control: Control | None,
         options: dict[str, Any]) -> Result:
    handle, text = ctypes.c_void_p(), json.dumps(options).encode()
    watched = control._handle if control else None
    if images is None:
        _check(_library().ganymede_run(model, operation.encode(), text, watched, ctypes.byref(handle)))
    else:
        images = numpy.ascontiguousarray(images, numpy.uint8)
        count, height, width, channels = images.shape
        pixels = (_Pixels * count)(*[_Pixels(one.ctypes.data, width, height, channels) for one in images])
        _check(_library().ganymede_run_on(model, operation.encode(), text, pixels, count, watched,
                                          ctypes.byref(handle)))
    try:
        return Result(handle)
    finally:
        _library().ganymede_result_free(handle)


def _point(point: int | Sequence[float] | NDArray[numpy.floating[Any]] | dict[str, Any]) -> dict[str, Any]:
    if isinstance(point, dict):
        return point
    return {"index": point} if isinstance(point, int) else {"z": numpy.asarray(point, numpy.float32).tolist()}


class Model:
    """A model file or a run folder. ctypes lets other threads run during each call."""

    def __init__(self, path: str | os.PathLike[str], device: str = "auto") -> None:
        self._handle = ctypes.c_void_p()
        _check(_library().ganymede_model_load(os.fsencode(path), device.encode(), ctypes.byref(self._handle)))
        self.about: dict[str, Any] = json.loads(_library().ganymede_model_json(self._handle))

    def run(self, operation: str, images: Images | None = None, control: Control | None = None,
            **options: Any) -> Result:
        """Runs any operation. `images`, uint8 [N, H, W, C], is for project and translate."""
        return _run(self._handle, operation, images, control, options)

    def generate(self, count: int = 16, *, control: Control | None = None, **options: Any) -> Result:
        """`count` images, with the latents they were made from."""
        if "z" not in options:
            options["count"] = count
        return self.run("generate", control=control, **options)

    def interpolate(self, points: Sequence[Any], frames: int = 16, *, control: Control | None = None,
                    **options: Any) -> Result:
        """Images between points of the latent space: the number of an image of `seed`, coordinates such as
        Result.latents has, or a dict as in docs/reference/."""
        return self.run("interpolate", control=control, points=[_point(point) for point in points], frames=frames,
                        **options)

    def evaluate(self, *, control: Control | None = None, **options: Any) -> Result:
        """Metrics, each with its protocol, in about["metrics"]."""
        return self.run("evaluate", control=control, **options)

    def __del__(self) -> None:
        if self._handle:
            _library().ganymede_model_free(self._handle)


def load(path: str | os.PathLike[str], device: str = "auto") -> Model:
    """The model at `path`, on the device "cpu", "cuda", "cuda:1" or the best there is."""
    return Model(path, device)


def operations() -> dict[str, Any]:
    """Each operation with the JSON Schema of its options."""
    described: dict[str, Any] = json.loads(_library().ganymede_operations())
    return described
