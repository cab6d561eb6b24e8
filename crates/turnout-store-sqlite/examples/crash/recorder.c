/* Records, in one total order, what a process does to the files below a folder and what it says on its standard output.
 *
 * To be preloaded (LD_PRELOAD) with CRASH_FOLDER, an absolute path without symbolic links, and CRASH_RECORD, the file to
 * write. Every event is a `struct event` in the machine's byte order and `length` bytes behind it; recording.rs reads it.
 *
 * - A write is recorded with what was written, under a lock that the write itself holds too.
 * - A sync is two events: what was written before it began is durable when it has ended. It holds no lock, so that
 *   others write beside it, as they do without a recorder.
 * - What would change a file behind the recorder's back ends the process. SQLite's -shm file is mapped and rebuilt
 *   after a crash; it is left out. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, WRITE, RESIZE, SYNC_BEGIN, SYNC_END, RENAME, UNLINK, SAID };

struct event {
    uint32_t kind, thread, file, reserved;
    uint64_t offset, length;
};

#define FILES_MAX 4096
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int record = -1;
static char folder[PATH_MAX];
static size_t folder_length;
/* By descriptor: the number of the opening, 0 for a file that is not ours. */
static uint32_t opened[FILES_MAX];
static uint32_t openings;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

static void give_up(const char *what) {
    dprintf(2, "recorder: %s\n", what);
    abort();
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("CRASH_RECORD"), *below = getenv("CRASH_FOLDER");
    if (!path || !below) return;
    folder_length = strlen(below);
    if (folder_length >= sizeof folder) give_up("the folder's path is too long");
    memcpy(folder, below, folder_length + 1);
    record = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (record < 0) give_up("the record cannot be made");
}

/* The lock is held. */
static void note(uint32_t kind, uint32_t file, uint64_t offset, const void *bytes, uint64_t length) {
    struct event event = {kind, (uint32_t)syscall(SYS_gettid), file, 0, offset, length};
    struct iovec parts[2] = {{&event, sizeof event}, {(void *)bytes, length}};
    if (syscall(SYS_writev, record, parts, 2) != (long)(sizeof event + length)) give_up("the record is cut short");
}

static void note_locked(uint32_t kind, uint32_t file, const void *bytes, uint64_t length) {
    pthread_mutex_lock(&lock);
    note(kind, file, 0, bytes, length);
    pthread_mutex_unlock(&lock);
}

static uint32_t file_of(int fd) {
    return record >= 0 && fd >= 0 && fd < FILES_MAX ? opened[fd] : 0;
}

/* The name in the folder, or nothing if the path is not one that is recorded. */
static const char *name_of(const char *path) {
    if (record < 0 || strncmp(path, folder, folder_length) != 0 || path[folder_length] != '/') return NULL;
    const char *name = path + folder_length + 1;
    size_t length = strlen(name);
    return length >= 4 && strcmp(name + length - 4, "-shm") == 0 ? NULL : name;
}

static int open_file(int at, const char *path, int flags, mode_t mode) {
    const char *name = name_of(path);
    if (!name) return (int)syscall(SYS_openat, at, path, flags, mode);
    if (flags & (O_APPEND | O_DIRECT)) give_up("a file is opened in a way that is not recorded");
    pthread_mutex_lock(&lock);
    int fd = (int)syscall(SYS_openat, at, path, flags, mode);
    if (fd >= FILES_MAX) give_up("too many files are open");
    if (fd >= 0) {
        opened[fd] = ++openings;
        note(OPEN, opened[fd], 0, name, strlen(name));
        if (flags & O_TRUNC) note(RESIZE, opened[fd], 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

static mode_t mode_of(int flags, va_list rest) {
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

#define OPENING(name, parameters, at) \
    int name parameters { \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = mode_of(flags, rest); \
        va_end(rest); \
        return open_file(at, path, flags, mode); \
    }
OPENING(open, (const char *path, int flags, ...), AT_FDCWD)
OPENING(open64, (const char *path, int flags, ...), AT_FDCWD)
OPENING(openat, (int at, const char *path, int flags, ...), at)
OPENING(openat64, (int at, const char *path, int flags, ...), at)

int close(int fd) {
    /* Forgotten first: the number may be given to another thread's file as soon as it is closed. */
    if (file_of(fd)) opened[fd] = 0;
    return REAL(close)(fd);
}

static ssize_t write_at(int fd, const void *bytes, size_t length, off_t offset, int moves) {
    pthread_mutex_lock(&lock);
    ssize_t written = moves ? syscall(SYS_write, fd, bytes, length) : syscall(SYS_pwrite64, fd, bytes, length, offset);
    if (written > 0) note(WRITE, opened[fd], (uint64_t)offset, bytes, (uint64_t)written);
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (file_of(fd)) return write_at(fd, bytes, length, lseek(fd, 0, SEEK_CUR), 1);
    if (record >= 0 && fd == 1) note_locked(SAID, 0, bytes, length);
    return REAL(write)(fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    return file_of(fd) ? write_at(fd, bytes, length, offset, 0) : REAL(pwrite)(fd, bytes, length, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    return pwrite(fd, bytes, length, offset);
}

int ftruncate(int fd, off_t size) {
    if (!file_of(fd)) return REAL(ftruncate)(fd, size);
    pthread_mutex_lock(&lock);
    int failed = (int)syscall(SYS_ftruncate, fd, size);
    if (!failed) note(RESIZE, opened[fd], (uint64_t)size, NULL, 0);
    pthread_mutex_unlock(&lock);
    return failed;
}

int ftruncate64(int fd, off64_t size) {
    return ftruncate(fd, size);
}

static int sync_file(int fd, int (*sync)(int)) {
    uint32_t file = file_of(fd);
    if (!file) return sync(fd);
    note_locked(SYNC_BEGIN, file, NULL, 0);
    int failed = sync(fd);
    if (!failed) note_locked(SYNC_END, file, NULL, 0);
    return failed;
}

int fsync(int fd) {
    return sync_file(fd, REAL(fsync));
}

int fdatasync(int fd) {
    return sync_file(fd, REAL(fdatasync));
}

int unlink(const char *path) {
    const char *name = name_of(path);
    if (!name) return REAL(unlink)(path);
    pthread_mutex_lock(&lock);
    int failed = REAL(unlink)(path);
    if (!failed) note(UNLINK, 0, 0, name, strlen(name));
    pthread_mutex_unlock(&lock);
    return failed;
}

int rename(const char *from, const char *to) {
    const char *old = name_of(from), *new = name_of(to);
    if (!old && !new) return REAL(rename)(from, to);
    if (!old || !new) give_up("a file is moved in or out of the folder");
    char both[2 * PATH_MAX];
    int length = snprintf(both, sizeof both, "%s/%s", old, new);
    pthread_mutex_lock(&lock);
    int failed = REAL(rename)(from, to);
    if (!failed) note(RENAME, 0, 0, both, (uint64_t)length);
    pthread_mutex_unlock(&lock);
    return failed;
}

#define NOT_RECORDED(type, name, parameters, arguments) \
    type name parameters { \
        if (file_of(fd)) give_up(#name " is not recorded"); \
        return REAL(name) arguments; \
    }
NOT_RECORDED(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
NOT_RECORDED(ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))
NOT_RECORDED(int, fallocate, (int fd, int mode, off_t at, off_t length), (fd, mode, at, length))
NOT_RECORDED(int, posix_fallocate, (int fd, off_t at, off_t length), (fd, at, length))
