/* Ganymede for C, and for every language that calls C. docs/library.md says how to build with it and what stays the
 * same between versions.
 *
 * Functions that can fail return a ganymede_status; what went wrong is then in ganymede_error_message() of the same
 * thread. Handles are made by the library, given back to it with the function that ends in _free (null is allowed), and
 * may be used by several threads at once; only freeing one while another thread uses it is a mistake. Texts are UTF-8
 * and end in a zero; those returned belong to their handle. No exception leaves the library. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "ganymede/export.h"
#include "ganymede/version.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ganymede_status {
  GANYMEDE_OK = 0,
  GANYMEDE_FAILED = 1,      /* a missing file, damaged data, a full disk */
  GANYMEDE_WRONG_USAGE = 2, /* asked for what cannot be meant: an unknown option, a value outside its range */
  GANYMEDE_CANCELLED = 3,
  GANYMEDE_BUSY = 4,      /* an engine's queue is full */
  GANYMEDE_NOT_READY = 5, /* ganymede_job_wait() waited as long as it was told to */
  GANYMEDE_OUT_OF_MEMORY = 6
} ganymede_status;

/* Of the library that is running: "0.1.0". */
GANYMEDE_API const char* ganymede_version(void);

/* Of this thread's last call that did not return GANYMEDE_OK; they stay until its next such call. */
GANYMEDE_API const char* ganymede_error_message(void); /* all of it on one line */
GANYMEDE_API const char* ganymede_error_where(void);   /* the option, file or place meant; "" where there is none */
GANYMEDE_API const char* ganymede_error_hint(void);    /* how to fix it; "" where nothing is known */

/* The operations as JSON: a list of {"name", "summary", "options"}, where "options" is the JSON Schema of what
 * ganymede_run() takes. Made of the same lists as the command line's flags: docs/reference/ has them as pages. */
GANYMEDE_API const char* ganymede_operations(void);

/* ---- Recipes: a GAN as data ---- */

typedef struct ganymede_recipe ganymede_recipe;

/* A recipe file, a shipped recipe's name, a model file or a run folder. */
GANYMEDE_API ganymede_status ganymede_recipe_load(const char* what, ganymede_recipe** recipe);
GANYMEDE_API const char* ganymede_recipe_name(const ganymede_recipe* recipe);
GANYMEDE_API const char* ganymede_recipe_toml(const ganymede_recipe* recipe); /* every default written out */
GANYMEDE_API void ganymede_recipe_free(ganymede_recipe* recipe);

/* ---- Models: never changed once loaded ---- */

typedef struct ganymede_model ganymede_model;

/* A .safetensors file, or a run folder's best, else newest, model. `device` is "cpu", "cuda", "cuda:N" or "auto" (a GPU
 * where there is one), which null means too. */
GANYMEDE_API ganymede_status ganymede_model_load(const char* path, const char* device, ganymede_model** model);
/* {"path", "recipe", "step", "classes", "image": {"width", "height", "channels"}, "latent", "translates"} */
GANYMEDE_API const char* ganymede_model_json(const ganymede_model* model);
GANYMEDE_API void ganymede_model_free(ganymede_model* model);

/* ---- Watching a call, and ending it early ---- */

typedef struct ganymede_control ganymede_control;
typedef void (*ganymede_progress)(void* user, uint64_t done, uint64_t total);

GANYMEDE_API ganymede_status ganymede_control_new(ganymede_control** control);
/* `progress` is called on the thread that works. Set it before the control is used. */
GANYMEDE_API void ganymede_control_set_progress(ganymede_control* control, ganymede_progress progress, void* user);
/* From any thread, the callback's too: calls that were given this control end soon, in GANYMEDE_CANCELLED. It is never
 * taken back. */
GANYMEDE_API void ganymede_control_cancel(ganymede_control* control);
GANYMEDE_API void ganymede_control_free(ganymede_control* control);

/* ---- Images ---- */

/* 8 bits a channel (a model's 16 bits become these), rows from the top, channels interleaved; height * width * channels
 * bytes. 1 channel is grey, 3 are RGB. */
typedef struct ganymede_pixels {
  const uint8_t* data;
  int32_t width, height, channels;
} ganymede_pixels;

/* An image of a result. The library makes it, and a later version may append members. */
typedef struct ganymede_image {
  ganymede_pixels pixels;
  const char* group;   /* "images" are the operation's own; others are named in docs/library.md */
  const char* label;   /* its class; "" where it has none */
  const float* latent; /* the point that it was made from; null where there is none */
  size_t latent_size;
} ganymede_image;

GANYMEDE_API ganymede_status ganymede_write_png(const char* path, const ganymede_pixels* pixels);

/* ---- Operations ---- */

typedef struct ganymede_result ganymede_result;

/* Runs `operation` here and now: "generate", "interpolate", ... `options` is a JSON object of that operation's fields,
 * "{\"count\": 16, \"seed\": 7}"; null means none. `control` may be null, and `model` for "train", "import" and an
 * "evaluate" whose options name what is compared. */
GANYMEDE_API ganymede_status ganymede_run(const ganymede_model* model, const char* operation, const char* options,
                                          ganymede_control* control, ganymede_result** result);
/* The same for "project" and "translate" of images in memory, where the option "images" would name files. */
GANYMEDE_API ganymede_status ganymede_run_on(const ganymede_model* model, const char* operation, const char* options,
                                             const ganymede_pixels* images, size_t count, ganymede_control* control,
                                             ganymede_result** result);

GANYMEDE_API size_t ganymede_result_count(const ganymede_result* result); /* of its images */
/* Null for an index that there is not. */
GANYMEDE_API const ganymede_image* ganymede_result_image(const ganymede_result* result, size_t index);
/* {"operation", what else it found, "images": [{"group", "class", ...}, ...]}: an entry for each image, in order. */
GANYMEDE_API const char* ganymede_result_json(const ganymede_result* result);
/* The images of the group "images" on one sheet. */
GANYMEDE_API ganymede_status ganymede_result_write_png(const ganymede_result* result, const char* path);
GANYMEDE_API void ganymede_result_free(ganymede_result* result);

/* ---- An engine: threads that generate for many callers at once ---- */

typedef struct ganymede_engine ganymede_engine;
typedef struct ganymede_job ganymede_job;

/* `queue` images may wait, `replicas` batches are generated at once, by `threads` in all. 0 is the usual: 4096, 1, 1.
 */
GANYMEDE_API ganymede_status ganymede_engine_new(int64_t queue, int replicas, int threads, ganymede_engine** engine);
/* As ganymede_run(), for "generate", "interpolate", "walk", "blend", "arithmetic" and "direction", without waiting.
 * Cancelling `control` ends a job that has not begun. */
GANYMEDE_API ganymede_status ganymede_engine_submit(ganymede_engine* engine, const ganymede_model* model,
                                                    const char* operation, const char* options,
                                                    ganymede_control* control, ganymede_job** job);
/* Waits so many seconds at most, for ever where they are negative. The result is handed over once: a second call
 * returns GANYMEDE_WRONG_USAGE. */
GANYMEDE_API ganymede_status ganymede_job_wait(ganymede_job* job, double seconds, ganymede_result** result);
GANYMEDE_API void ganymede_job_free(ganymede_job* job);
/* Generates what waits, then ends. */
GANYMEDE_API void ganymede_engine_free(ganymede_engine* engine);

#ifdef __cplusplus
}
#endif
