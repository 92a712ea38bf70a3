/* Suggestions against a list: random entries over a small alphabet, so that prefixes crowd and empty again; each commit, abort and reopening
 * is followed by asking for prefixes of every length and by verify. */
#include "storage/suggest.h"
#include "tests/storage/scratch.h"

enum { ENTRIES = 4000, TEXT_BYTES_MAX = 30, ROUNDS = 120 };

/* The entries that may exist; absent: weight -1. */
struct model {
    struct model_entry {
        char text[TEXT_BYTES_MAX + 1];
        uint8_t kind;
        char reference[3];
        int32_t weight;
    } entries[ENTRIES];
};

/* Long runs of one letter make names with a common head of more than 24 bytes. */
static void random_text(uint64_t *state, char text[TEXT_BYTES_MAX + 1])
{
    size_t size = 0, wanted = random_below(state, TEXT_BYTES_MAX + 1);
    while (size < wanted) {
        char letter = "ab \xC4"[random_below(state, 4)];
        unsigned run = random_below(state, 3) == 0 ? 1 + random_below(state, 24) : 1;
        for (; run > 0 && size < wanted; run--)
            text[size++] = letter;
    }
    text[size] = 0;
}

static struct model *model_new(uint64_t *state)
{
    struct model *model = memory_calloc(1, sizeof *model);
    unsigned modulus = random_below(state, 3); /* how much the texts repeat */
    for (unsigned i = 0; i < ENTRIES; i++) {
        struct model_entry *entry = &model->entries[i];
        if (i > 0 && random_below(state, 3) < modulus)
            memcpy(entry->text, model->entries[random_below(state, i < 50 ? i : 50)].text, sizeof entry->text);
        else
            random_text(state, entry->text);
        entry->kind = (uint8_t)random_below(state, 2);
        snprintf(entry->reference, sizeof entry->reference, "%c%c", 'a' + (int)random_below(state, 26), 'a' + (int)random_below(state, 26));
        entry->weight = -1;
    }
    return model;
}

static int entry_order(const struct model_entry *a, const struct model_entry *b)
{
    int order = strcmp(a->text, b->text);
    if (order == 0)
        order = (int)a->kind - (int)b->kind;
    return order != 0 ? order : strcmp(a->reference, b->reference);
}

static int model_order(const void *left, const void *right)
{
    return entry_order(left, right);
}

/* One entry per name, in the order of names: the naive scan below then meets equal weights in the right order. */
static unsigned model_unique(struct model *model)
{
    unsigned kept = 0;
    qsort(model->entries, ENTRIES, sizeof *model->entries, model_order);
    for (unsigned i = 0; i < ENTRIES; i++)
        if (kept == 0 || entry_order(&model->entries[kept - 1], &model->entries[i]) != 0)
            model->entries[kept++] = model->entries[i];
    return kept;
}

static unsigned naive_top(const struct model *model, unsigned count, const char *prefix, size_t size,
                          const struct model_entry *out[SUGGEST_TOP], unsigned *matches)
{
    unsigned found = 0;
    *matches = 0;
    for (unsigned i = 0; i < count; i++) {
        const struct model_entry *entry = &model->entries[i];
        if (entry->weight < 0 || strncmp(entry->text, prefix, size) != 0)
            continue;
        ++*matches;
        unsigned at = found < SUGGEST_TOP ? found++ : SUGGEST_TOP;
        if (at == SUGGEST_TOP && out[SUGGEST_TOP - 1]->weight >= entry->weight)
            continue;
        for (at -= at == SUGGEST_TOP; at > 0 && out[at - 1]->weight < entry->weight; at--)
            out[at] = out[at - 1];
        out[at] = entry;
    }
    return found;
}

static void compare(struct snapshot *snapshot, const struct model *model, unsigned count, const char *prefix, size_t size)
{
    const struct model_entry *wanted[SUGGEST_TOP] = {0};
    struct suggestion out[SUGGEST_TOP];
    struct arena arena;
    unsigned found = 0, matches = 0, wanted_count = naive_top(model, count, prefix, size, wanted, &matches);
    if (size > SUGGEST_PREFIX_BYTES_MAX && matches > SUGGEST_SCAN_MAX)
        return;
    arena_init(&arena, 1 << 16);
    assert_int_equal(suggest_top(snapshot, (struct bytes){.data = prefix, .size = size}, SUGGEST_TOP, &arena, out, &found), STATUS_OK);
    if (found != wanted_count)
        fail_msg("prefix \"%.*s\": %u instead of %u", (int)size, prefix, found, wanted_count);
    for (unsigned i = 0; i < found; i++) {
        if (!bytes_are(out[i].text, wanted[i]->text) || out[i].weight != wanted[i]->weight || out[i].kind != wanted[i]->kind ||
            !bytes_are(out[i].reference, wanted[i]->reference))
            fail_msg("prefix \"%.*s\", place %u: \"%.*s\" %u instead of \"%s\" %d", (int)size, prefix, i, (int)out[i].text.size,
                     out[i].text.data, out[i].weight, wanted[i]->text, wanted[i]->weight);
    }
    arena_release(&arena);
}

static void compare_some(struct snapshot *snapshot, const struct model *model, unsigned count, uint64_t *state)
{
    compare(snapshot, model, count, "", 0);
    for (unsigned i = 0; i < 12; i++) {
        const char *text = model->entries[random_below(state, count)].text;
        for (size_t size = 1; size <= strlen(text); size += 1 + random_below(state, 4))
            compare(snapshot, model, count, text, size);
    }
}

enum mood { MOOD_GROW, MOOD_SHRINK, MOOD_SHUFFLE, MOOD_COUNT };

static void random_change(struct batch *batch, struct model_entry *entry, enum mood mood, unsigned weights, uint64_t *state)
{
    struct suggestion change = {.text = bytes_of(entry->text),
                                .kind = entry->kind,
                                .reference = bytes_of(entry->reference),
                                .weight = (uint16_t)random_below(state, weights)};
    unsigned dice = random_below(state, 10);
    if (mood == MOOD_SHRINK ? dice < 8 : mood == MOOD_GROW ? dice < 1 : dice < 3) {
        assert_int_equal(suggest_del(batch, &change), entry->weight < 0 ? STATUS_NOT_FOUND : STATUS_OK);
        entry->weight = -1;
    } else if (mood != MOOD_SHUFFLE || entry->weight >= 0) {
        assert_int_equal(suggest_put(batch, &change), STATUS_OK);
        entry->weight = change.weight;
    }
}

static void random_changes(struct batch *batch, struct model *model, unsigned count, uint64_t *state)
{
    enum mood mood = (enum mood)random_below(state, MOOD_COUNT);
    unsigned weights = random_below(state, 2) == 0 ? 4 : 60000;
    unsigned changes = random_below(state, 3) == 0 ? random_below(state, 3 * count) : random_below(state, 60);
    for (unsigned i = 0; i < changes; i++) {
        random_change(batch, &model->entries[random_below(state, count)], mood, weights, state);
        if (random_below(state, 2000) == 0)
            compare_some(batch_snapshot(batch), model, count, state);
    }
}

/* Deletes the best of all again and again: tops have to be filled from below. */
static void behead(struct batch *batch, struct model *model, unsigned count)
{
    const struct model_entry *best[SUGGEST_TOP];
    unsigned matches = 0, found = naive_top(model, count, "", 0, best, &matches);
    for (unsigned i = 0; i < found; i++) {
        struct model_entry *entry = &model->entries[best[i] - model->entries];
        struct suggestion gone = {.text = bytes_of(entry->text), .kind = entry->kind, .reference = bytes_of(entry->reference)};
        assert_int_equal(suggest_del(batch, &gone), STATUS_OK);
        entry->weight = -1;
    }
}

static void suggestions_equal_a_list(void **state)
{
    (void)state;
    uint64_t random = seed_take();
    struct model *model = model_new(&random), *before = memory_alloc(sizeof *before);
    unsigned count = model_unique(model);
    struct check check = {0};
    struct scratch scratch;
    scratch_open(&scratch);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct batch *batch = scratch_begin(&scratch);
        memcpy(before, model, sizeof *model);
        if (random_below(&random, 3) == 0)
            behead(batch, model, count);
        else
            random_changes(batch, model, count, &random);
        if (random_below(&random, 6) == 0) {
            batch_abort(batch);
            memcpy(model, before, sizeof *model);
        } else {
            scratch_commit(batch);
        }
        if (random_below(&random, 10) == 0)
            scratch_reopen(&scratch);
        struct snapshot *snapshot = scratch_read(&scratch);
        compare_some(snapshot, model, count, &random);
        assert_int_equal(snapshot_status(snapshot), STATUS_OK);
        snapshot_close(snapshot);
        if (check_run(&scratch, &check, suggest_verify) != 0)
            fail_msg("round %u: %s", round, check.last);
    }
    scratch_close(&scratch);
    free(model);
    free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(suggestions_equal_a_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
