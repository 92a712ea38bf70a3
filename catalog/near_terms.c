#include "catalog/near_terms.h"

#include "analyzers/phonetic.h"
#include "analyzers/typo.h"
#include "catalog/term_keys.h"
#include "storage/term.h"
#include "storage/vocabulary.h"

static bool is_before(const struct near_term *one, const struct near_term *other)
{
    if (one->edits != other->edits)
        return one->edits < other->edits;
    if (one->df != other->df)
        return one->df > other->df;
    return bytes_compare(one->term, other->term) < 0;
}

static bool is_among(const struct near_terms *list, struct bytes term)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (bytes_equal(list->terms[i].term, term))
            return true;
    }
    return false;
}

/* Into its place among the best NEAR_TERMS_MAX. The term is borrowed until the cursor moves, so it is copied when it stays. */
static enum status near_offer(struct snapshot *snapshot, struct near_terms *list, struct bytes term, unsigned edits, struct arena *arena)
{
    struct near_term found = {.term = term, .edits = (uint8_t)edits};
    struct term record;
    if (is_among(list, term) || (list->count == NEAR_TERMS_MAX && list->terms[list->count - 1].edits < edits))
        return STATUS_OK;
    enum status status = term_get(snapshot, TERM_CORE, term.data, term.size, &record);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    found.df = record.df;
    uint32_t at = list->count;
    while (at > 0 && is_before(&found, &list->terms[at - 1]))
        at--;
    if (at == NEAR_TERMS_MAX)
        return STATUS_OK;
    found.term.data = arena_copy(arena, term.data, term.size);
    if (found.term.data == NULL)
        return STATUS_LIMIT;
    list->count += list->count < NEAR_TERMS_MAX;
    memmove(list->terms + at + 1, list->terms + at, (list->count - 1 - at) * sizeof *list->terms);
    list->terms[at] = found;
    return STATUS_OK;
}

static enum status near_open(struct snapshot *snapshot, struct arena *arena, struct near_terms *out, struct vocabulary_cursor **cursor)
{
    *out = (struct near_terms){.terms = arena_calloc(arena, NEAR_TERMS_MAX, sizeof *out->terms)};
    return out->terms == NULL ? STATUS_LIMIT : vocabulary_cursor_open(snapshot, cursor);
}

static unsigned least(unsigned one, unsigned other)
{
    return one < other ? one : other;
}

static enum status key_look(struct snapshot *snapshot, struct vocabulary_cursor *cursor, struct bytes key, struct bytes typed,
                            unsigned most, struct arena *arena, struct near_terms *out)
{
    struct vocabulary_entry entry;
    enum status status = vocabulary_cursor_seek(cursor, VOCABULARY_TYPO, key, key, &entry);
    for (; status == STATUS_OK; status = vocabulary_cursor_next(cursor, &entry)) {
        unsigned allowed = least(most, typo_edits_written(entry.term)), edits = typo_distance(typed, entry.term, allowed);
        if (edits == 0 || edits > allowed)
            continue;
        status = near_offer(snapshot, out, entry.term, edits, arena);
        if (status != STATUS_OK)
            return status;
    }
    return status == STATUS_END ? STATUS_OK : status;
}

enum status near_by_typo(struct snapshot *snapshot, struct bytes typed, struct arena *arena, struct near_terms *out)
{
    struct vocabulary_cursor *cursor = NULL;
    struct typo_keys keys;
    *out = (struct near_terms){0};
    if (!typo_is_possible(typed))
        return STATUS_OK;
    unsigned most = typo_edits_typed(typed);
    typo_keys_of(typed, most, &keys);
    enum status status = near_open(snapshot, arena, out, &cursor);
    for (unsigned i = 0; status == STATUS_OK && i < keys.count; i++)
        status = key_look(snapshot, cursor, (struct bytes){keys.bytes[i], keys.sizes[i]}, typed, most, arena, out);
    vocabulary_cursor_close(cursor);
    return status;
}

enum status near_by_sound(struct snapshot *snapshot, const struct analyzer *analyzer, struct bytes folded, struct arena *arena,
                          struct near_terms *out)
{
    struct vocabulary_cursor *cursor = NULL;
    struct vocabulary_entry entry;
    char sound[TOKEN_BYTES_MAX];
    struct bytes key = {sound, phonetic_key_typed(analyzer, folded, sound)};
    *out = (struct near_terms){0};
    if (key.size == 0)
        return STATUS_OK;
    enum status status = near_open(snapshot, arena, out, &cursor);
    if (status == STATUS_OK)
        status = vocabulary_cursor_seek(cursor, VOCABULARY_PHONETIC, key, key, &entry);
    while (status == STATUS_OK) {
        if (!bytes_equal(entry.term, folded))
            status = near_offer(snapshot, out, entry.term, 0, arena);
        if (status == STATUS_OK)
            status = vocabulary_cursor_next(cursor, &entry);
    }
    vocabulary_cursor_close(cursor);
    return status == STATUS_END ? STATUS_OK : status;
}

/* The range's entries; counted only while `out->terms` is NULL. */
static enum status sizes_take(struct snapshot *snapshot, struct vocabulary_cursor *cursor, struct bytes first, struct bytes last,
                              struct arena *arena, struct near_terms *out)
{
    struct vocabulary_entry entry;
    struct term record;
    out->count = 0;
    enum status status = vocabulary_cursor_seek(cursor, VOCABULARY_UNIT, first, last, &entry);
    for (; status == STATUS_OK && out->count < NEAR_SIZES_MAX; status = vocabulary_cursor_next(cursor, &entry)) {
        if (out->terms != NULL) {
            status = term_get(snapshot, TERM_CORE, entry.term.data, entry.term.size, &record);
            if (status != STATUS_OK)
                return status;
            struct bytes copy = {arena_copy(arena, entry.term.data, entry.term.size), entry.term.size};
            if (copy.data == NULL)
                return STATUS_LIMIT;
            out->terms[out->count] = (struct near_term){.term = copy, .df = record.df};
        }
        out->count++;
    }
    return status == STATUS_END ? STATUS_OK : status;
}

enum status near_by_size(struct snapshot *snapshot, struct bytes unit, uint64_t least_micros, uint64_t most, struct arena *arena,
                         struct near_terms *out)
{
    struct vocabulary_cursor *cursor = NULL;
    unsigned char first[UNIT_KEY_BYTES_MAX], last[UNIT_KEY_BYTES_MAX];
    size_t size = unit_key(unit, least_micros, first);
    *out = (struct near_terms){0};
    if (size == 0 || least_micros > most)
        return STATUS_OK;
    (void)unit_key(unit, most, last);
    struct bytes from = {(const char *)first, size}, to = {(const char *)last, size};
    enum status status = vocabulary_cursor_open(snapshot, &cursor);
    if (status == STATUS_OK)
        status = sizes_take(snapshot, cursor, from, to, arena, out);
    if (status == STATUS_OK && out->count > 0) {
        out->terms = arena_calloc(arena, out->count, sizeof *out->terms);
        status = out->terms == NULL ? STATUS_LIMIT : sizes_take(snapshot, cursor, from, to, arena, out);
    }
    vocabulary_cursor_close(cursor);
    return status;
}
