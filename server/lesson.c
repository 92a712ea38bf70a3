#include "server/lesson.h"

#include <stdlib.h>
#include <string.h>

#include "analyzers/analyzer.h"
#include "base/clock.h"
#include "query/popular.h"
#include "server/learner.h"
#include "storage/batch.h"
#include "storage/learned.h"
#include "storage/snapshot.h"

enum {
    LESSON_ARENA_BYTES = 32 * 1024 * 1024, /* the texts of LEARNED_QUERIES_MAX + PENDING_MAX queries, and then some */
    EVICTED_SHARE = 16,                    /* a sixteenth goes at once, so that not every commit has to sort */
    FORGOTTEN_SHARE = 32,                  /* a query with less than this part of one search left is forgotten: after five half-lives */
};

void lesson_init(struct lesson *lesson, const struct analyzer *analyzer, uint64_t half_life_s, unsigned window_s)
{
    *lesson = (struct lesson){.analyzer = analyzer, .half_life_s = half_life_s, .window_s = window_s};
    pending_init(&lesson->pending);
    arena_init(&lesson->arena, LESSON_ARENA_BYTES);
}

void lesson_release(struct lesson *lesson)
{
    pending_release(&lesson->pending);
    arena_release(&lesson->arena);
    free(lesson->known);
}

bool query_is_public(struct bytes text)
{
    unsigned digits = 0;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        bool between = byte == ' ' || byte == '.' || byte == '-' || byte == '(' || byte == ')' || byte == '+';
        if (is_digit(byte))
            digits++;
        else if (!between)
            digits = 0;
        if (byte == '@' || digits >= PRIVATE_DIGITS_MIN)
            return false;
    }
    return text.size > 0 && text.size <= LEARNED_SPELLING_BYTES_MAX;
}

/* Single spaces, none at the ends: how a query is shown. */
static struct bytes spelling_tidy(const struct heard *heard, char out[LEARNED_SPELLING_BYTES_MAX])
{
    size_t size = 0;
    for (unsigned i = 0; i < heard->text_size; i++) {
        bool space = heard->text[i] == ' ' || (heard->text[i] >= '\t' && heard->text[i] <= '\r');
        if (!space)
            out[size++] = heard->text[i];
        else if (size > 0 && out[size - 1] != ' ')
            out[size++] = ' ';
    }
    size -= size > 0 && out[size - 1] == ' ';
    return (struct bytes){.data = out, .size = size};
}

/* Size 0: it is not to be learned. */
static enum status query_key(struct lesson *lesson, struct bytes text, struct bytes *folded)
{
    *folded = (struct bytes){.data = "", .size = 0};
    if (!query_is_public(text))
        return STATUS_OK;
    enum status status = fold_text(lesson->analyzer, text.data, text.size, &lesson->arena, folded);
    if (folded->size > LEARNED_QUERY_BYTES_MAX)
        folded->size = 0;
    return status;
}

static void search_add(const struct lesson *lesson, const struct pending_entry *entry, struct learned *learned)
{
    char tidy[LEARNED_SPELLING_BYTES_MAX];
    uint64_t weight = (uint64_t)entry->count * LEARNED_WEIGHT_ONE;
    uint32_t window = (uint32_t)(lesson->now_s / lesson->window_s);
    learned->searches += weight;
    learned->total = entry->heard.total;
    if (learned->windows == 0 || learned->window_last != window) {
        learned->windows = (uint8_t)(learned->windows + (learned->windows < UINT8_MAX));
        learned->window_last = window;
    }
    learned_text_add(learned->spellings, &learned->spelling_count, LEARNED_SPELLINGS_MAX, spelling_tidy(&entry->heard, tidy), weight);
}

static enum status search_learn(struct lesson *lesson, struct batch *batch, const struct pending_entry *entry)
{
    struct learned learned = {.updated_s = lesson->now_s};
    struct bytes folded = {0};
    enum status status = query_key(lesson, (struct bytes){entry->heard.text, entry->heard.text_size}, &folded);
    if (status != STATUS_OK || folded.size == 0)
        return status;
    status = learned_get(batch_snapshot(batch), folded, &learned);
    if (status == STATUS_NOT_FOUND)
        status = STATUS_OK;
    if (status != STATUS_OK)
        return status;
    learned_decay(&learned, lesson->now_s, lesson->half_life_s);
    search_add(lesson, entry, &learned);
    return learned_put(batch, folded, &learned);
}

static enum status known_add(void *context, struct bytes query, const struct learned *learned)
{
    struct lesson *lesson = context;
    struct learned now = *learned;
    struct bytes shown = learned_text_best(now.spellings, now.spelling_count);
    learned_decay(&now, lesson->now_s, lesson->half_life_s);
    if (lesson->known_count == lesson->known_room) {
        lesson->known_room = lesson->known_room == 0 ? 1024 : lesson->known_room * 2;
        lesson->known = memory_resize(lesson->known, lesson->known_room * sizeof *lesson->known);
    }
    struct known *known = &lesson->known[lesson->known_count++];
    *known = (struct known){
        .folded = {arena_copy(&lesson->arena, query.data, query.size), query.size},
        .shown = {arena_copy(&lesson->arena, shown.data, shown.size), shown.size},
        .weight = now.searches,
        .total = now.total,
        .windows = now.windows,
    };
    return known->folded.data == NULL || known->shown.data == NULL ? STATUS_LIMIT : STATUS_OK;
}

/* The heaviest first. */
static int known_compare(const void *left, const void *right)
{
    const struct known *a = left, *b = right;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return bytes_compare(a->folded, b->folded);
}

static enum status known_forget(struct lesson *lesson, struct batch *batch)
{
    uint32_t kept = lesson->known_count;
    enum status status = STATUS_OK;
    qsort(lesson->known, lesson->known_count, sizeof *lesson->known, known_compare);
    if (kept > LEARNED_QUERIES_MAX)
        kept = LEARNED_QUERIES_MAX - LEARNED_QUERIES_MAX / EVICTED_SHARE;
    while (kept > 0 && lesson->known[kept - 1].weight < LEARNED_WEIGHT_ONE / FORGOTTEN_SHARE)
        kept--;
    for (uint32_t i = kept; i < lesson->known_count && status == STATUS_OK; i++)
        status = learned_del(batch, lesson->known[i].folded);
    lesson->known_count = kept;
    return status;
}

static int name_compare(const void *left, const void *right)
{
    const struct known *a = left, *b = right;
    return memcmp(a->name, b->name, QUERY_NAME_BYTES);
}

/* Only what is known already is learned about: an event cannot make a query. Size 0: it is not. */
static enum status event_query(struct lesson *lesson, const struct heard *heard, struct bytes *folded)
{
    struct known wanted = {0};
    if (!heard->by_name)
        return query_key(lesson, (struct bytes){heard->text, heard->text_size}, folded);
    *folded = (struct bytes){.data = "", .size = 0};
    if (heard->text_size != QUERY_NAME_BYTES)
        return STATUS_OK;
    memcpy(wanted.name, heard->text, QUERY_NAME_BYTES);
    const struct known *found =
        lesson->known_count == 0 ? NULL : bsearch(&wanted, lesson->known, lesson->known_count, sizeof *lesson->known, name_compare);
    if (found != NULL)
        *folded = found->folded;
    return STATUS_OK;
}

static enum status event_learn(struct lesson *lesson, struct batch *batch, const struct pending_entry *entry)
{
    struct learned learned = {0};
    struct bytes folded = {0};
    uint64_t weight = (uint64_t)entry->count * LEARNED_WEIGHT_ONE;
    enum status status = event_query(lesson, &entry->heard, &folded);
    if (status != STATUS_OK || folded.size == 0)
        return status;
    status = learned_get(batch_snapshot(batch), folded, &learned);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    learned_decay(&learned, lesson->now_s, lesson->half_life_s);
    *(entry->heard.kind == HEARD_CLICK ? &learned.clicks : &learned.conversions) += weight;
    learned_text_add(learned.products, &learned.product_count, LEARNED_PRODUCTS_MAX, (struct bytes){entry->heard.id, entry->heard.id_size},
                     weight);
    return learned_put(batch, folded, &learned);
}

static enum status events_learn(struct lesson *lesson, struct batch *batch)
{
    bool any = false;
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < lesson->pending.count; i++)
        any = any || lesson->pending.entries[i].heard.kind != HEARD_SEARCH;
    if (!any)
        return STATUS_OK;
    for (uint32_t i = 0; i < lesson->known_count; i++)
        query_name(lesson->known[i].folded, lesson->known[i].name);
    qsort(lesson->known, lesson->known_count, sizeof *lesson->known, name_compare);
    for (unsigned i = 0; i < lesson->pending.count && status == STATUS_OK; i++)
        if (lesson->pending.entries[i].heard.kind != HEARD_SEARCH)
            status = event_learn(lesson, batch, &lesson->pending.entries[i]);
    return status;
}

static struct popular *table_make(const struct lesson *lesson)
{
    struct popular_query *queries = memory_calloc(lesson->known_count + 1u, sizeof *queries);
    uint32_t count = 0;
    for (uint32_t i = 0; i < lesson->known_count; i++) {
        const struct known *known = &lesson->known[i];
        if (known->windows >= WINDOWS_SHOWN_MIN && known->total > 0 && known->total != LEARNED_TOTAL_UNKNOWN && known->shown.size > 0)
            queries[count++] = (struct popular_query){known->folded, known->shown, known->weight};
    }
    struct popular *popular = popular_new(queries, count);
    free(queries);
    return popular;
}

static void begin(struct lesson *lesson)
{
    int64_t now_us = clock_wall_us();
    arena_reset(&lesson->arena);
    lesson->known_count = 0;
    lesson->now_s = now_us > 0 ? (uint64_t)now_us / 1000000u : 0;
}

static enum status pending_learn(struct lesson *lesson, struct batch *batch)
{
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < lesson->pending.count && status == STATUS_OK; i++)
        if (lesson->pending.entries[i].heard.kind == HEARD_SEARCH)
            status = search_learn(lesson, batch, &lesson->pending.entries[i]);
    if (status == STATUS_OK)
        status = learned_each(batch_snapshot(batch), known_add, lesson);
    if (status == STATUS_OK)
        status = known_forget(lesson, batch);
    return status == STATUS_OK ? events_learn(lesson, batch) : status;
}

enum status lesson_commit(struct lesson *lesson, struct env *env, struct popular **popular, uint32_t *kept, struct error *error)
{
    struct batch *batch = NULL;
    begin(lesson);
    enum status status = batch_begin(env, &batch, error);
    if (status != STATUS_OK)
        return status;
    status = pending_learn(lesson, batch);
    if (status != STATUS_OK) {
        batch_abort(batch);
        return error_set(error, status, "the folder of what was learned cannot be read (%s); remove it to begin anew", status_name(status));
    }
    status = batch_commit(batch, error);
    if (status != STATUS_OK)
        return status;
    *kept = lesson->known_count;
    *popular = table_make(lesson);
    return STATUS_OK;
}

enum status lesson_read(struct lesson *lesson, struct env *env, struct popular **popular, uint32_t *kept, struct error *error)
{
    struct snapshot *snapshot = NULL;
    begin(lesson);
    enum status status = snapshot_open(env, &snapshot, error);
    if (status != STATUS_OK)
        return status;
    status = learned_each(snapshot, known_add, lesson);
    if (status == STATUS_OK)
        status = snapshot_status(snapshot);
    snapshot_close(snapshot);
    if (status != STATUS_OK)
        return error_set(error, status, "the folder of what was learned cannot be read (%s); remove it to begin anew", status_name(status));
    *kept = lesson->known_count;
    *popular = table_make(lesson);
    return STATUS_OK;
}
