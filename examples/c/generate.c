/* generate MODEL OUTPUT.png: sixteen images on one sheet.
 * cc -std=c99 generate.c $(pkg-config --cflags --libs ganymede) */
#include <ganymede.h>
#include <inttypes.h>
#include <stdio.h>

static void show(void* user, uint64_t done, uint64_t total) {
  fprintf((FILE*)user, "%" PRIu64 " of %" PRIu64 "\n", done, total);
}

int main(int argc, char** argv) {
  ganymede_model* model = NULL;
  ganymede_control* control = NULL;
  ganymede_result* result = NULL;
  ganymede_status status;
  if (argc != 3) return 2;

  status = ganymede_model_load(argv[1], "cpu", &model);
  if (status == GANYMEDE_OK) status = ganymede_control_new(&control);
  if (status == GANYMEDE_OK) {
    ganymede_control_set_progress(control, show, stderr);
    status = ganymede_run(model, "generate", "{\"count\": 16, \"seed\": 7}", control, &result);
  }
  if (status == GANYMEDE_OK) status = ganymede_result_write_png(result, argv[2]);
  if (status == GANYMEDE_OK)
    printf("%zu images in %s\n", ganymede_result_count(result), argv[2]);
  else
    fprintf(stderr, "error: %s\n", ganymede_error_message());

  ganymede_result_free(result);
  ganymede_control_free(control);
  ganymede_model_free(model);
  return (int)status;
}
