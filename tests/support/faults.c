/* Makes file operations fail, for tests: cc -shared -fPIC -O1 -o faults.so faults.c -ldl, then LD_PRELOAD=faults.so.
 *
 * Counts what changes a file (open for writing, write, fsync, rename, unlink, mkdir, ftruncate, close of a written
 * file) and what reads one, for paths that contain FAULTS_BELOW; standard streams are never counted.
 *   FAULTS_BELOW  part of the paths that count
 *   FAULTS_LOG    file that gets a line for each operation: number, name, path
 *   FAULTS_AT     number of the operation that fails, from 1
 *   FAULTS_DO     kill | short | an errno's number; "from:" before it: that operation and all later ones
 *   FAULTS_READS  set: reads (open for reading, read, pread) count too
 * The settings are read at the first operation, so that a process forked with other variables has its own. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NOTHING = 0, KILL = -1, SHORT = -2 };
enum { MAX_FILES = 4096 };
static const char *below, *log_path;
static long count, at;
static int action, all_later, reads, ready;
static pid_t owner;
static char *names[MAX_FILES]; /* of the files that count, by descriptor */

#define REAL(result, name, ...) ((result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

static void settle(void) {
  if (ready && owner == getpid()) return;
  const char *what = getenv("FAULTS_DO"), *number = getenv("FAULTS_AT");
  below = getenv("FAULTS_BELOW");
  if (!below) return; /* asked again: a loaded program gets its variables only when it is forked */
  ready = 1, owner = getpid(), count = 0, action = NOTHING, all_later = 0;
  log_path = getenv("FAULTS_LOG");
  reads = getenv("FAULTS_READS") != NULL;
  at = number ? atol(number) : 0;
  if (what && strncmp(what, "from:", 5) == 0) all_later = 1, what += 5;
  if (what) action = strcmp(what, "kill") == 0 ? KILL : strcmp(what, "short") == 0 ? SHORT : atoi(what);
}

static int counts(const char *path) {
  settle();
  return below && path && strstr(path, below) != NULL;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* What is to be done at this operation: NOTHING, KILL (already dead then, unless `torn`), SHORT or an errno. */
static int due(const char *name, const char *path, int torn) {
  ++count;
  if (log_path) {
    const int file = REAL(int, open, const char *, int, ...)(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    char line[700];
    const int length = snprintf(line, sizeof line, "%ld %s %s\n", count, name, path);
    if (file >= 0 && REAL(ssize_t, write, int, const void *, size_t)(file, line, (size_t)length) < 0) return NOTHING;
    if (file >= 0) REAL(int, close, int)(file);
  }
  if (at <= 0 || !(count == at || (all_later && count > at))) return NOTHING;
  if (action == KILL && !torn) die();
  return action;
}

static int fails(const char *name, const char *path) {
  const int what = due(name, path, 0);
  if (what <= 0) return 0;
  errno = what;
  return 1;
}

static int writes(int flags) { return (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0; }

static int opened(const char *path, int flags, int file, int wanted) {
  if (file < 0 || file >= MAX_FILES) return file;
  free(names[file]);
  names[file] = wanted && (writes(flags) || reads) ? strdup(path) : NULL;
  return file;
}

#define OPEN(name)                                                                     \
  int name(const char *path, int flags, ...) {                                         \
    va_list rest;                                                                      \
    va_start(rest, flags);                                                             \
    const mode_t mode = va_arg(rest, mode_t);                                          \
    va_end(rest);                                                                      \
    const int wanted = counts(path) && !(flags & O_PATH);                              \
    if (wanted && (writes(flags) || reads) && fails("open", path)) return -1;          \
    return opened(path, flags, REAL(int, name, const char *, int, ...)(path, flags, mode), wanted); \
  }
OPEN(open)
OPEN(open64)

/* What the standard library's streams open; they read with read(). */
#define FOPEN(name)                                                                        \
  FILE *name(const char *path, const char *mode) {                                         \
    const int wanted = counts(path), flags = strpbrk(mode, "wa+") ? O_RDWR : O_RDONLY;     \
    if (wanted && (writes(flags) || reads) && fails("open", path)) return NULL;            \
    FILE *file = REAL(FILE *, name, const char *, const char *)(path, mode);               \
    if (file) opened(path, flags, fileno(file), wanted);                                   \
    return file;                                                                           \
  }
FOPEN(fopen)
FOPEN(fopen64)

static const char *name_of(int file) { return file > 2 && file < MAX_FILES ? names[file] : NULL; }

ssize_t write(int file, const void *bytes, size_t size) {
  ssize_t (*real)(int, const void *, size_t) = REAL(ssize_t, write, int, const void *, size_t);
  const char *name = name_of(file);
  if (!name) return real(file, bytes, size);
  const int what = due("write", name, 1);
  if (what == KILL) { /* half of it lands */
    if (size > 1 && real(file, bytes, size / 2) < 0) die();
    die();
  }
  if (what == SHORT && size > 1) return real(file, bytes, size / 2);
  if (what > 0) {
    errno = what;
    return -1;
  }
  return real(file, bytes, size);
}

ssize_t read(int file, void *bytes, size_t size) {
  ssize_t (*real)(int, void *, size_t) = REAL(ssize_t, read, int, void *, size_t);
  const char *name = reads ? name_of(file) : NULL;
  if (!name) return real(file, bytes, size);
  const int what = due("read", name, 0);
  if (what > 0) {
    errno = what;
    return -1;
  }
  return real(file, bytes, what == SHORT && size > 1 ? size / 2 : size);
}

int fsync(int file) {
  const char *name = name_of(file);
  if (name && fails("fsync", name)) return -1;
  /* What was written survives a kill without it, and a real one would make thousands of runs slow. */
  return name ? 0 : REAL(int, fsync, int)(file);
}

int close(int file) {
  char *name = file > 2 && file < MAX_FILES ? names[file] : NULL;
  const int counted = name && !reads;
  if (name) names[file] = NULL;
  const int failed = counted && fails("close", name), why = errno;
  free(name);
  const int result = REAL(int, close, int)(file);
  if (!failed) return result;
  errno = why;
  return -1;
}

int ftruncate(int file, off_t size) {
  const char *name = name_of(file);
  if (name && fails("ftruncate", name)) return -1;
  return REAL(int, ftruncate, int, off_t)(file, size);
}

int ftruncate64(int file, off64_t size) {
  const char *name = name_of(file);
  if (name && fails("ftruncate", name)) return -1;
  return REAL(int, ftruncate64, int, off64_t)(file, size);
}

int rename(const char *from, const char *to) {
  if (counts(to) && fails("rename", to)) return -1;
  return REAL(int, rename, const char *, const char *)(from, to);
}

int unlink(const char *path) {
  if (counts(path) && fails("unlink", path)) return -1;
  return REAL(int, unlink, const char *)(path);
}

int remove(const char *path) {
  if (counts(path) && fails("remove", path)) return -1;
  return REAL(int, remove, const char *)(path);
}

int mkdir(const char *path, mode_t mode) {
  if (counts(path) && fails("mkdir", path)) return -1;
  return REAL(int, mkdir, const char *, mode_t)(path, mode);
}
