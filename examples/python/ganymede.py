"""Ganymede's C interface by ctypes, with images as NumPy arrays. Copy this file into your program.

    model = ganymede.Model("models/shapes-relativistic.safetensors")
    result = model.run("generate", count=16, seed=7)
    result.images      # uint8 [16, height, width, channels]
    result.about       # what else the operation says, as a dict

GANYMEDE_LIBRARY names the shared library where the system does not find it.
"""
import ctypes
import json
import os

import numpy

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


def _load():
    library = ctypes.CDLL(os.environ.get("GANYMEDE_LIBRARY", "libganymede.so.0"))
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


_library = _load()
version = _library.ganymede_version().decode()


class Error(Exception):
    """What the library refuses or fails at; status is one of the codes above."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def _check(status):
    if status != OK:
        raise Error(status, _library.ganymede_error_message().decode())


class Control:
    """Ends a call early, from any thread, and hears of its progress."""

    def __init__(self, progress=None):
        self._handle = ctypes.c_void_p()
        _check(_library.ganymede_control_new(ctypes.byref(self._handle)))
        # The callback must live as long as the library may call it.
        self._callback = _Progress(lambda _, done, total: progress(done, total)) if progress else _Progress()
        _library.ganymede_control_set_progress(self._handle, self._callback, None)

    def cancel(self):
        _library.ganymede_control_cancel(self._handle)

    def __del__(self):
        _library.ganymede_control_free(self._handle)


class Result:
    """about: all that is no image. images: the operation's own, uint8 [N, H, W, C]. groups: all images, by group.
    latents: the points that `images` were made from, float32 [N, size]; None where there are none."""

    def __init__(self, handle):
        self.about = json.loads(_library.ganymede_result_json(handle))
        self.groups, latents = {}, []
        for i in range(_library.ganymede_result_count(handle)):
            image = _library.ganymede_result_image(handle, i).contents
            pixels, group = image.pixels, image.group.decode()
            shape = (pixels.height, pixels.width, pixels.channels)
            memory = (ctypes.c_uint8 * (shape[0] * shape[1] * shape[2])).from_address(pixels.data)
            self.groups.setdefault(group, []).append(numpy.frombuffer(memory, numpy.uint8).reshape(shape))
            if group == "images" and image.latent:
                latents.append(numpy.ctypeslib.as_array(image.latent, (image.latent_size,)))
        # Stacking copies: the arrays outlive the library's buffers.
        self.groups = {name: numpy.stack(images) for name, images in self.groups.items()}
        self.images = self.groups.get("images")
        self.latents = numpy.stack(latents) if latents else None


def run(operation, control=None, **options):
    """Runs what needs no model: train, import, evaluate of two sets of images."""
    return _run(None, operation, None, control, options)


def _run(model, operation, images, control, options):
    handle, text = ctypes.c_void_p(), json.dumps(options).encode()
    watched = control._handle if control else None
    if images is None:
        _check(_library.ganymede_run(model, operation.encode(), text, watched, ctypes.byref(handle)))
    else:
        images = numpy.ascontiguousarray(images, numpy.uint8)
        count, height, width, channels = images.shape
        pixels = (_Pixels * count)(*[_Pixels(one.ctypes.data, width, height, channels) for one in images])
        _check(_library.ganymede_run_on(model, operation.encode(), text, pixels, count, watched, ctypes.byref(handle)))
    try:
        return Result(handle)
    finally:
        _library.ganymede_result_free(handle)


class Model:
    def __init__(self, path, device="auto"):
        self._handle = ctypes.c_void_p()
        _check(_library.ganymede_model_load(os.fsencode(path), device.encode(), ctypes.byref(self._handle)))
        self.about = json.loads(_library.ganymede_model_json(self._handle))

    def run(self, operation, images=None, control=None, **options):
        """Runs an operation: its options are docs/reference/'s. `images`, uint8 [N, H, W, C], is for project and
        translate. ctypes lets other threads run meanwhile."""
        return _run(self._handle, operation, images, control, options)

    def __del__(self):
        _library.ganymede_model_free(self._handle)


def operations():
    """Each operation with the JSON Schema of its options."""
    return json.loads(_library.ganymede_operations())
