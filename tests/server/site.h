/* A running server over an index folder of its own, for tests. */
#ifndef TIM_TESTS_SERVER_SITE_H
#define TIM_TESTS_SERVER_SITE_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzers/analyzer.h"
#include "server/server.h"
#include "storage/batch.h"
#include "storage/index.h"
#include "storage/meta.h"

enum { SITE_MAP_BYTES = 256 * 1024 * 1024, SITE_HEADER_TIMEOUT_MS = 300 };

struct site {
    char folder[64];
    char log[96];
    struct index *writer, *index;
    struct analyzer *analyzer;
    struct server *server;
    uint16_t port;
};

static inline void site_expect(enum status status, const struct error *error)
{
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "%s: %s\n", status_name(status), error->text);
    abort();
}

/* A folder with an index in which nothing was published. */
static inline void site_folder_make(struct site *site)
{
    struct error error = {0};
    struct env *env = NULL;
    uint32_t generation = 0;
    *site = (struct site){0};
    snprintf(site->folder, sizeof site->folder, "/tmp/tim-server-test-XXXXXX");
    if (mkdtemp(site->folder) == NULL)
        abort();
    snprintf(site->log, sizeof site->log, "%s.log", site->folder);
    site_expect(index_open(site->folder, INDEX_WRITE, SITE_MAP_BYTES, &site->writer, &error), &error);
    site_expect(index_create_generation(site->writer, &env, &generation, &error), &error);
    site_expect(index_drop_generation(site->writer, env, generation, &error), &error);
}

/* Fills a new generation with `fill` (may be NULL), marks it complete and publishes it. */
static inline void site_publish(const struct site *site, void (*fill)(struct batch *batch))
{
    struct error error = {0};
    struct env *env = NULL;
    struct batch *batch = NULL;
    uint32_t generation = 0;
    site_expect(index_create_generation(site->writer, &env, &generation, &error), &error);
    site_expect(batch_begin(env, &batch, &error), &error);
    if (fill != NULL)
        fill(batch);
    site_expect(complete_put(batch, 1), &error);
    site_expect(batch_commit(batch, &error), &error);
    site_expect(index_publish_generation(site->writer, generation, &error), &error);
    index_release(site->writer, env);
}

static inline struct server_options site_options(const struct site *site)
{
    return (struct server_options){
        .address = "127.0.0.1",
        .threads = 2,
        .index = site->index,
        .analyzer = site->analyzer,
        .connections_max = 2000,
        .header_timeout_ms = SITE_HEADER_TIMEOUT_MS,
        .drain_ms = 5000,
        .access_log = site->log,
    };
}

static inline void site_start(struct site *site, const struct server_options *options)
{
    struct error error = {0};
    site_expect(server_open(options, &site->server, &error), &error);
    site->port = server_port(site->server);
}

static inline void site_open_index(struct site *site)
{
    struct error error = {0};
    site_expect(index_open(site->folder, INDEX_READ, SITE_MAP_BYTES, &site->index, &error), &error);
    site->analyzer = analyzer_new();
}

static inline int site_remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline void site_close(struct site *site)
{
    server_close(site->server);
    index_close(site->index);
    index_close(site->writer);
    analyzer_free(site->analyzer);
    nftw(site->folder, site_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    remove(site->log);
}

#endif
