/* Lucene on the same documents and queries: Debian's jar under the JVM that is there. The program is bench/peers/Lucene.java, compiled into
 * the catalog's folder when it is needed; without a JDK or the jar a line says so and the figures stay away. */
#include "bench/phases.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bench/disk.h"
#include "bench/peer_tally.h"
#include "bench/program.h"

#define JARS "/usr/share/java/lucene-core-8.*.jar"

enum { ARENA_BYTES = 512 * 1024 * 1024, NUMBER_BYTES = 24 };

extern const char lucene_source[], lucene_source_end[];
__asm__(".pushsection .rodata\n"
        ".global lucene_source\nlucene_source:\n.incbin \"" TIM_BENCH_DIR "/peers/Lucene.java\"\n"
        ".global lucene_source_end\nlucene_source_end:\n.byte 0\n"
        ".popsection\n");

struct lucene {
    char source[STAND_PATH_BYTES], classes[2 * STAND_PATH_BYTES], index[STAND_PATH_BYTES], out[STAND_PATH_BYTES];
    char documents[STAND_PATH_BYTES], queries[STAND_PATH_BYTES];
    char jar[256];
};

static enum status jar_find(struct lucene *lucene, struct error *error)
{
    glob_t found = {0};
    bool any = glob(JARS, 0, NULL, &found) == 0 && found.gl_pathc > 0;
    if (any)
        snprintf(lucene->jar, sizeof lucene->jar, "%s", found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
    return any ? STATUS_OK : error_set(error, STATUS_NOT_FOUND, "there is no " JARS);
}

static enum status source_write(const struct lucene *lucene, struct error *error)
{
    size_t size = (size_t)(lucene_source_end - lucene_source);
    FILE *file = fopen(lucene->source, "w");
    bool whole = file != NULL && fwrite(lucene_source, 1, size, file) == size;
    if (file != NULL && fclose(file) != 0)
        whole = false;
    return whole ? STATUS_OK : error_set(error, STATUS_IO, "cannot write %.300s: %s", lucene->source, strerror(errno));
}

static enum status lucene_run_java(const struct lucene *lucene, struct error *error)
{
    char seconds[NUMBER_BYTES], least[NUMBER_BYTES];
    snprintf(seconds, sizeof seconds, "%d", PASS_S);
    snprintf(least, sizeof least, "%d", PASS_LEAST);
    const char *compile[] = {"javac", "-nowarn", "-cp", lucene->jar, lucene->source, NULL};
    const char *run[] = {"java",          "-Xmx2g",      "-cp",   lucene->classes, "Lucene", lucene->documents,
                         lucene->queries, lucene->index, seconds, least,           NULL};
    enum status status = source_write(lucene, error);
    if (status == STATUS_OK)
        status = program_run(compile, lucene->out, error);
    if (status == STATUS_OK)
        status = folder_remove(lucene->index, error);
    return status == STATUS_OK ? program_run(run, lucene->out, error) : status;
}

/* "build SECONDS BYTES", then "NUMBER NS TOTAL" lines. */
static enum status output_read(const struct lucene *lucene, const struct stand *stand, const struct peer_query *queries, size_t count,
                               struct figures *figures, struct error *error)
{
    struct peer_tally tally = {.peer = "lucene"};
    char line[128], *at = NULL;
    FILE *file = fopen(lucene->out, "r");
    bool whole = file != NULL && fgets(line, sizeof line, file) != NULL && strncmp(line, "build ", 6) == 0;
    if (whole) {
        double seconds = strtod(line + 6, &at), products = (double)stand->products;
        figures_set(figures, products / seconds, "lucene.build.products_per_s");
        figures_set(figures, strtod(at, NULL) / products, "lucene.build.product_bytes");
    }
    while (whole && fgets(line, sizeof line, file) != NULL) {
        size_t number = strtoull(line, &at, 10);
        uint64_t ns = strtoull(at, &at, 10), total = strtoull(at, &at, 10);
        whole = *at == '\n' && number < count;
        if (whole)
            peer_tally_add(&tally, &queries[number], ns, total);
    }
    peer_tally_finish(&tally, figures);
    if (file != NULL)
        fclose(file);
    return whole ? STATUS_OK : error_set(error, STATUS_CORRUPT, "%.300s is not what Lucene should have said", lucene->out);
}

static enum status lucene_measure(struct lucene *lucene, const struct stand *stand, struct figures *figures, struct error *error)
{
    struct peer_query *queries = NULL;
    struct arena arena;
    size_t count = 0;
    arena_init(&arena, ARENA_BYTES);
    stand_path(stand, "Lucene.java", lucene->source);
    stand_path(stand, "lucene", lucene->index);
    stand_path(stand, "lucene.out", lucene->out);
    stand_path(stand, "documents.tsv", lucene->documents);
    stand_path(stand, "queries.tsv", lucene->queries);
    snprintf(lucene->classes, sizeof lucene->classes, "%s:%s", stand->folder, lucene->jar);
    enum status status = lucene_run_java(lucene, error);
    if (status == STATUS_OK)
        status = peer_queries_read(stand, &arena, &queries, &count, error);
    if (status == STATUS_OK)
        status = output_read(lucene, stand, queries, count, figures, error);
    arena_release(&arena);
    return status;
}

static enum status lucene_run(const struct stand *stand, struct figures *figures, struct error *error)
{
    struct lucene *lucene = memory_calloc(1, sizeof *lucene);
    struct error missing = {0};
    enum status status = jar_find(lucene, &missing);
    if (status == STATUS_OK)
        status = lucene_measure(lucene, stand, figures, &missing);
    if (status == STATUS_NOT_FOUND) {
        log_info("bench: Lucene is not measured: %s; scripts/setup bench installs it", missing.text);
        status = STATUS_OK;
    }
    free(lucene);
    return status == STATUS_OK ? STATUS_OK : error_set(error, status, "Lucene: %s", missing.text);
}

enum status lucene_phase(const struct stand *stand, struct figures *figures, struct error *error)
{
    return phase_run(lucene_run, stand, figures, error);
}
