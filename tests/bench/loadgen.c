/* A load generator for servers on a Unix socket that answer in lines or in RESP.
 *
 * Rule: it knows no command of any server. It sends the requests it is given, counts complete
 * replies by their framing, and so costs the same whoever answers; it must never be the slower side.
 *
 * Each connection sends `pipeline` requests at once and waits for all their replies; with an
 * interval it then waits until the next are due, from when on their time counts. Requests come
 * from a file of records (length as a little-endian 32-bit number, then the bytes); every connection
 * walks round its own share of them. Ten `#` in a row become a number that is never used twice.
 * Subscribers send a record of their own first; what they receive after its reply are messages.
 * Stalled subscribers do the same and then never read again. The result is one JSON object.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PIPELINE = 1024, HEAD = 32, NUMBER_DIGITS = 10, QUIET_MS = 500, HANG_MS = 20000 };

typedef struct {
    char *bytes;
    uint32_t length;
    int32_t number_at; /* where the ten digits go; -1 when there are none */
} Record;

typedef enum { CLIENT, SUBSCRIBER } Role;

typedef struct {
    int fd;
    Role role;
    /* the reply that is being read */
    char head[HEAD];
    uint32_t head_length;
    int64_t skip;     /* RESP: bytes of a bulk string still to come */
    int64_t elements; /* RESP: elements of this reply still to come */
    int is_error;
    /* what is sent */
    uint32_t share_start, share_length, next;
    uint32_t waiting; /* replies of this round still to come */
    uint64_t sent_at[MAX_PIPELINE];
    uint32_t sent_count;
    char *out;
    size_t out_length, out_done;
    int wants_writable;
    /* what a subscriber got */
    int subscribed;
    uint64_t messages;
} Connection;

static const char *socket_path, *framing = "lines";
static int is_resp;
static uint32_t connection_count = 1, pipeline = 1, subscriber_count, stalled_count;
static uint64_t request_limit = UINT64_MAX, number;
static double seconds_limit = 1e9;
static uint64_t interval_ns, due_ns; /* between two rounds of all connections; when the next is due */
static Record *records;
static uint32_t record_count;
static Record subscribe_record;
static int epoll_fd;

static uint64_t issued, answered, errors, messages, started_ns, last_message_ns, last_reply_ns;
static uint64_t *published_ns; /* when the n-th request left, to date the n-th message; only while
                                 one connection sends, because else they come in another order */
static int out_of_time;

/* ---- latencies: 64 steps for every power of two ---- */

enum { STEPS = 64, POWERS = 40 };
typedef struct {
    uint64_t counts[POWERS * STEPS];
    uint64_t total;
} Histogram;
static Histogram replies_after, messages_after;

static void record_latency(Histogram *h, uint64_t ns) {
    uint32_t power = 0;
    while ((ns >> power) >= 2 * STEPS) power++;
    uint32_t slot = power == 0 && ns < STEPS ? (uint32_t)ns
                                              : (power + 1) * STEPS + (uint32_t)(ns >> power) - STEPS;
    if (slot >= POWERS * STEPS) slot = POWERS * STEPS - 1;
    h->counts[slot]++;
    h->total++;
}

static double percentile_us(const Histogram *h, double share) {
    if (h->total == 0) return 0;
    uint64_t wanted = (uint64_t)(share * (double)(h->total - 1)), seen = 0;
    for (uint32_t slot = 0; slot < POWERS * STEPS; slot++) {
        seen += h->counts[slot];
        if (seen > wanted) {
            if (slot < STEPS) return slot / 1e3;
            uint32_t power = slot / STEPS - 1;
            return (double)((uint64_t)(slot % STEPS + STEPS) << power) / 1e3;
        }
    }
    return 0;
}

/* ---- the small things ---- */

static void fail(const char *what) {
    fprintf(stderr, "loadgen: %s: %s\n", what, errno ? strerror(errno) : "unexpected");
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (memory == NULL) fail("out of memory");
    return memory;
}

static Record *read_records(const char *path, uint32_t *count) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail(path);
    Record *list = NULL;
    uint32_t used = 0, room = 0;
    unsigned char prefix[4];
    while (fread(prefix, 1, 4, file) == 4) {
        if (used == room) {
            room = room ? room * 2 : 64;
            list = realloc(list, room * sizeof *list);
            if (list == NULL) fail("out of memory");
        }
        uint32_t length = prefix[0] | prefix[1] << 8 | prefix[2] << 16 | (uint32_t)prefix[3] << 24;
        char *bytes = allocate(length + 1, 1);
        errno = 0;
        if (fread(bytes, 1, length, file) != length) fail("the record is cut short");
        char *mark = memmem(bytes, length, "##########", NUMBER_DIGITS);
        list[used++] = (Record){bytes, length, mark ? (int32_t)(mark - bytes) : -1};
    }
    fclose(file);
    errno = 0;
    if (used == 0) fail("no records");
    *count = used;
    return list;
}

static void watch(Connection *c, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(epoll_fd, operation, c->fd, &event) != 0) fail("epoll_ctl");
}

static void connect_one(Connection *c, Role role) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    errno = ENAMETOOLONG;
    if (strlen(socket_path) >= sizeof address.sun_path) fail(socket_path);
    strcpy(address.sun_path, socket_path);
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0)
        fail("connect");
    if (fcntl(c->fd, F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
    c->role = role;
    watch(c, EPOLL_CTL_ADD, EPOLLIN);
}

/* ---- sending ---- */

static void flush_out(Connection *c) {
    while (c->out_done < c->out_length) {
        ssize_t sent = send(c->fd, c->out + c->out_done, c->out_length - c->out_done, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN) fail("send");
            if (!c->wants_writable) watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            c->wants_writable = 1;
            return;
        }
        c->out_done += (size_t)sent;
    }
    c->out_length = c->out_done = 0;
    if (c->wants_writable) watch(c, EPOLL_CTL_MOD, EPOLLIN);
    c->wants_writable = 0;
}

static void next_round(Connection *c) {
    uint64_t at = now_ns();
    if (interval_ns > 0) {
        if (due_ns > at) {
            struct timespec due = {(time_t)(due_ns / 1000000000u), (long)(due_ns % 1000000000u)};
            while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) continue;
        }
        at = due_ns ? due_ns : at; /* who had to wait for the last answer has waited since then */
        due_ns = at + interval_ns;
    }
    if ((double)(at - started_ns) / 1e9 >= seconds_limit) out_of_time = 1;
    if (out_of_time || issued >= request_limit) return;
    c->sent_count = 0;
    while (c->sent_count < pipeline && issued < request_limit) {
        const Record *r = &records[c->share_start + c->next];
        c->next = (c->next + 1) % c->share_length;
        char *place = c->out + c->out_length;
        memcpy(place, r->bytes, r->length);
        if (r->number_at >= 0) {
            uint64_t rest = number++;
            for (int digit = NUMBER_DIGITS - 1; digit >= 0; digit--, rest /= 10)
                place[r->number_at + digit] = (char)('0' + rest % 10);
        }
        c->out_length += r->length;
        c->sent_at[c->sent_count++] = at;
        if (published_ns != NULL) published_ns[issued] = at;
        issued++;
    }
    c->waiting = c->sent_count;
    flush_out(c);
}

/* ---- receiving ---- */

static void reply_complete(Connection *c, uint64_t at) {
    if (c->is_error) errors++;
    c->is_error = 0;
    if (c->role == CLIENT) {
        errno = 0;
        if (c->waiting == 0) fail("a reply nobody asked for");
        record_latency(&replies_after, at - c->sent_at[c->sent_count - c->waiting]);
        c->waiting--;
        answered++;
        last_reply_ns = at;
    } else if (!c->subscribed) {
        c->subscribed = 1;
    } else {
        if (!is_resp && memcmp(c->head, "{\"event\":\"se", 12) != 0) return; /* a heartbeat */
        if (c->messages < issued && published_ns != NULL)
            record_latency(&messages_after, at - published_ns[c->messages]);
        c->messages++;
        messages++;
        last_message_ns = at;
    }
}

static void take_lines(Connection *c, const char *data, size_t length, uint64_t at) {
    const char *end = data + length;
    while (data < end) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        size_t part = (size_t)((newline ? newline : end) - data);
        size_t room = HEAD - c->head_length;
        size_t kept = part < room ? part : room;
        memcpy(c->head + c->head_length, data, kept);
        c->head_length += (uint32_t)kept;
        if (newline == NULL) return;
        c->is_error = c->head_length >= 11 && memcmp(c->head, "{\"ok\":false", 11) == 0;
        reply_complete(c, at);
        c->head_length = 0;
        data = newline + 1;
    }
}

static void take_resp(Connection *c, const char *data, size_t length, uint64_t at) {
    const char *end = data + length;
    while (data < end) {
        if (c->skip > 0) {
            int64_t part = end - data < c->skip ? end - data : c->skip;
            c->skip -= part;
            data += part;
            if (c->skip > 0) return;
        } else {
            char byte = *data++;
            if (byte != '\n') {
                if (c->head_length < HEAD - 1) c->head[c->head_length++] = byte;
                continue;
            }
            c->head[c->head_length] = 0;
            c->head_length = 0;
            if (c->elements == 0) c->elements = 1;
            if (c->head[0] == '-') c->is_error = 1;
            if (c->head[0] == '*') {
                int64_t count = atoll(c->head + 1);
                c->elements += count > 0 ? count : 0;
            } else if (c->head[0] == '$' && atoll(c->head + 1) >= 0) {
                c->skip = atoll(c->head + 1) + 2;
                continue;
            }
        }
        if (--c->elements == 0) reply_complete(c, at);
    }
}

static void receive(Connection *c) {
    static char buffer[256 * 1024];
    ssize_t length = recv(c->fd, buffer, sizeof buffer, 0);
    if (length < 0 && errno == EAGAIN) return;
    if (length == 0) errno = ECONNRESET;
    if (length <= 0) fail("the server ended a connection");
    uint64_t at = now_ns();
    (is_resp ? take_resp : take_lines)(c, buffer, (size_t)length, at);
    if (c->role == CLIENT && c->waiting == 0) next_round(c);
}

static int poll_once(int timeout_ms) {
    struct epoll_event events[256];
    int count = epoll_wait(epoll_fd, events, 256, timeout_ms);
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < count; i++) {
        Connection *c = events[i].data.ptr;
        if (events[i].events & EPOLLOUT) flush_out(c);
        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(c);
    }
    return count;
}

static void wait_or_fail(const char *what) {
    errno = ETIMEDOUT;
    if (poll_once(HANG_MS) == 0) fail(what);
}

static void subscribe(Connection *c) {
    connect_one(c, SUBSCRIBER);
    c->out = subscribe_record.bytes;
    c->out_length = subscribe_record.length;
    flush_out(c);
    while (!c->subscribed) wait_or_fail("no answer to a subscription");
}

static void read_options(int argc, char **argv) {
    static const struct option options[] = {
        {"socket", 1, 0, 's'},      {"framing", 1, 0, 'f'},  {"connections", 1, 0, 'c'},
        {"pipeline", 1, 0, 'p'},    {"requests", 1, 0, 'n'}, {"seconds", 1, 0, 't'},
        {"records", 1, 0, 'r'},     {"first-number", 1, 0, 'i'}, {"subscribers", 1, 0, 'S'},
        {"subscription", 1, 0, 'R'}, {"stalled", 1, 0, 'X'},
        {"interval-us", 1, 0, 'I'}, {0, 0, 0, 0}};
    uint32_t one;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 's': socket_path = optarg; break;
        case 'f': framing = optarg; break;
        case 'c': connection_count = (uint32_t)atol(optarg); break;
        case 'p': pipeline = (uint32_t)atol(optarg); break;
        case 'n': request_limit = strtoull(optarg, NULL, 10); break;
        case 't': seconds_limit = atof(optarg); break;
        case 'r': records = read_records(optarg, &record_count); break;
        case 'i': number = strtoull(optarg, NULL, 10); break;
        case 'S': subscriber_count = (uint32_t)atol(optarg); break;
        case 'R': subscribe_record = *read_records(optarg, &one); break;
        case 'I': interval_ns = strtoull(optarg, NULL, 10) * 1000; break;
        case 'X': stalled_count = (uint32_t)atol(optarg); break;
        default: exit(2);
        }
    }
    is_resp = strcmp(framing, "resp") == 0;
    errno = EINVAL;
    if (socket_path == NULL || records == NULL || connection_count == 0) fail("options");
    if (pipeline == 0 || pipeline > MAX_PIPELINE || record_count < connection_count) fail("options");
    if (subscriber_count + stalled_count > 0) {
        if (subscribe_record.length == 0 || request_limit == UINT64_MAX) fail("options");
        if (connection_count == 1) published_ns = allocate(request_limit, sizeof *published_ns);
    }
}

int main(int argc, char **argv) {
    read_options(argc, argv);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    Connection *subscribers = allocate(subscriber_count + stalled_count + 1, sizeof(Connection));
    for (uint32_t i = 0; i < stalled_count; i++) {
        subscribe(&subscribers[i]);
        watch(&subscribers[i], EPOLL_CTL_DEL, 0);
    }
    for (uint32_t i = 0; i < subscriber_count; i++) subscribe(&subscribers[stalled_count + i]);

    size_t longest = 0;
    for (uint32_t i = 0; i < record_count; i++)
        if (records[i].length > longest) longest = records[i].length;
    Connection *clients = allocate(connection_count, sizeof(Connection));
    uint32_t share = record_count / connection_count;
    for (uint32_t i = 0; i < connection_count; i++) {
        clients[i].share_start = i * share;
        clients[i].share_length = share;
        clients[i].out = allocate(pipeline, longest);
        connect_one(&clients[i], CLIENT);
    }
    started_ns = last_reply_ns = last_message_ns = now_ns();
    for (uint32_t i = 0; i < connection_count; i++) next_round(&clients[i]);
    while (answered < issued) wait_or_fail("no reply");
    while (messages < issued * subscriber_count && poll_once(QUIET_MS) > 0) continue;

    double seconds = (double)(last_reply_ns - started_ns) / 1e9;
    double fan_out_seconds = (double)(last_message_ns - started_ns) / 1e9;
    printf("{\"requests\":%llu,\"errors\":%llu,\"seconds\":%.6f,\"requests_per_second\":%.1f,"
           "\"p50_us\":%.2f,\"p99_us\":%.2f,\"messages\":%llu,\"expected_messages\":%llu,"
           "\"messages_per_second\":%.1f,\"message_p50_us\":%.2f,\"message_p99_us\":%.2f}\n",
           (unsigned long long)answered, (unsigned long long)errors, seconds,
           (double)answered / seconds, percentile_us(&replies_after, 0.50),
           percentile_us(&replies_after, 0.99), (unsigned long long)messages,
           (unsigned long long)(issued * subscriber_count),
           fan_out_seconds > 0 ? (double)messages / fan_out_seconds : 0.0,
           percentile_us(&messages_after, 0.50), percentile_us(&messages_after, 0.99));
    return 0;
}
