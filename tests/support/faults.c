/* Makes file operations fail, for tests: cc -shared -fPIC -O1 -o faults.so faults.c -ldl, then LD_PRELOAD=faults.so.
 *
 * Counts what changes files (open for writing or of a folder, write, pwrite, fsync, flock, rename, unlink, mkdir,
 * ftruncate, close of a written file) and what reads them, for paths that contain FAULTS_BELOW; standard streams are
 * never counted.
 *   FAULTS_BELOW  part of the paths that count
 *   FAULTS_LOG    file that gets a line for each operation: number, name, path
 *   FAULTS_AT     number of the operation that fails, from 1
 *   FAULTS_DO     kill | short | an errno's number; "from:" before it: that operation and all later ones
 *   FAULTS_READS  set: reads (open for reading, read, pread, lseek, stat and its kin, readdir) count too, closing not
 * The settings are read at the first operation, so that a process forked with other variables has its own. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
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
static char changes[MAX_FILES]; /* those opened for writing, and folders to be synced: closing them counts */

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

/* Whether an open() of these flags counts. A folder is opened to be synced, or by openat() to be listed. */
static int wanted(int flags) { return reads || writes(flags) || (flags & O_DIRECTORY); }

static int opened(const char *path, int file, int below_it, int flags) {
  if (file < 0 || file >= MAX_FILES) return file;
  free(names[file]);
  names[file] = below_it ? strdup(path) : NULL;
  changes[file] = writes(flags) || (flags & O_DIRECTORY);
  return file;
}

static const char *name_of(int file) { return file > 2 && file < MAX_FILES ? names[file] : NULL; }

static mode_t mode_of(va_list rest) { return va_arg(rest, mode_t); }

#define OPEN(name)                                                                    \
  int name(const char *path, int flags, ...) {                                        \
    va_list rest;                                                                     \
    va_start(rest, flags);                                                            \
    const mode_t mode = mode_of(rest);                                                \
    va_end(rest);                                                                     \
    const int below_it = counts(path) && !(flags & O_PATH);                           \
    if (below_it && wanted(flags) && fails("open", path)) return -1;                  \
    return opened(path, REAL(int, name, const char *, int, ...)(path, flags, mode), below_it, flags); \
  }
OPEN(open)
OPEN(open64)

int openat(int folder, const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(rest);
  va_end(rest);
  const char *parent = path[0] == '/' || folder == AT_FDCWD ? NULL : name_of(folder);
  char whole[4096];
  snprintf(whole, sizeof whole, "%s%s%s", parent ? parent : "", parent ? "/" : "", path);
  const int below_it = counts(whole) && !(flags & O_PATH);
  if (below_it && (reads || writes(flags)) && fails("open", whole)) return -1;
  return opened(whole, REAL(int, openat, int, const char *, int, ...)(folder, path, flags, mode), below_it, flags);
}

/* What the standard library's streams open; they read with read(). */
#define FOPEN(name)                                                                     \
  FILE *name(const char *path, const char *mode) {                                      \
    const int below_it = counts(path), flags = strpbrk(mode, "wa+") ? O_RDWR : O_RDONLY; \
    if (below_it && wanted(flags) && fails("open", path)) return NULL;                  \
    FILE *file = REAL(FILE *, name, const char *, const char *)(path, mode);            \
    if (file) opened(path, fileno(file), below_it, flags);                              \
    return file;                                                                        \
  }
FOPEN(fopen)
FOPEN(fopen64)

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

ssize_t pread(int file, void *bytes, size_t size, off_t at_byte) {
  const char *name = reads ? name_of(file) : NULL;
  if (name && fails("pread", name)) return -1;
  return REAL(ssize_t, pread, int, void *, size_t, off_t)(file, bytes, size, at_byte);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t at_byte) {
  const char *name = name_of(file);
  if (name && fails("pwrite", name)) return -1;
  return REAL(ssize_t, pwrite, int, const void *, size_t, off_t)(file, bytes, size, at_byte);
}

#define LSEEK(name, type)                                               \
  type name(int file, type to, int whence) {                            \
    if (reads && name_of(file) && fails("lseek", name_of(file))) return -1; \
    return REAL(type, name, int, type, int)(file, to, whence);          \
  }
LSEEK(lseek, off_t)
LSEEK(lseek64, off64_t)

#define STAT(name)                                                        \
  int name(const char *path, struct stat *found) {                        \
    if (counts(path) && reads && fails("stat", path)) return -1;          \
    return REAL(int, name, const char *, struct stat *)(path, found);     \
  }
STAT(stat)
STAT(lstat)

#define FSTAT(name, type)                                                 \
  int name(int file, struct type *found) {                                \
    if (reads && name_of(file) && fails("fstat", name_of(file))) return -1; \
    return REAL(int, name, int, struct type *)(file, found);              \
  }
FSTAT(fstat, stat)
FSTAT(fstat64, stat64)

struct dirent *readdir(DIR *folder) {
  const char *name = reads ? name_of(dirfd(folder)) : NULL;
  if (name && fails("readdir", name)) return NULL;
  return REAL(struct dirent *, readdir, DIR *)(folder);
}

int flock(int file, int operation) {
  const char *name = name_of(file);
  if (name && fails("flock", name)) return -1;
  return REAL(int, flock, int, int)(file, operation);
}

int fsync(int file) {
  const char *name = name_of(file);
  if (name && fails("fsync", name)) return -1;
  /* What was written survives a kill without it, and a real one would make thousands of runs slow. */
  return name ? 0 : REAL(int, fsync, int)(file);
}

int close(int file) {
  char *name = file > 2 && file < MAX_FILES ? names[file] : NULL;
  const int counted = name && !reads && changes[file];
  if (name) names[file] = NULL;
  const int failed = counted && fails("close", name), why = errno;
  free(name);
  const int result = REAL(int, close, int)(file);
  if (!failed) return result;
  errno = why;
  return -1;
}

/* These close within the C library: a name must not outlive its descriptor. */
static void forget(int file) {
  if (file < 0 || file >= MAX_FILES) return;
  free(names[file]);
  names[file] = NULL;
}

int closedir(DIR *folder) {
  forget(dirfd(folder));
  return REAL(int, closedir, DIR *)(folder);
}

int fclose(FILE *file) {
  forget(fileno(file));
  return REAL(int, fclose, FILE *)(file);
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
