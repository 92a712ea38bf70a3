#include "query/suggest_words.h"

#include "base/clock.h"
#include "query/cascade.h"
#include "query/columns.h"
#include "query/match.h"
#include "query/rank.h"
#include "query/meeting.h"
#include "storage/snapshot.h"

struct sampling {
    struct snapshot *snapshot;
    struct match *match;
    struct columns columns;
    uint32_t stride; /* windows, behind a dense one */
    unsigned limit;
    unsigned hits;
    uint32_t points_max; /* that fame may add */
    uint64_t ranks[SUGGESTIONS_MAX];
    struct word_sample *out;
};

static void document_rank(struct sampling *sampling, uint32_t document, uint64_t rank)
{
    struct word_sample *out = sampling->out;
    unsigned at = out->count;
    if (at == sampling->limit && rank <= sampling->ranks[at - 1])
        return;
    if (at == sampling->limit)
        at--;
    else
        out->count++;
    for (; at > 0 && rank > sampling->ranks[at - 1]; at--) {
        sampling->ranks[at] = sampling->ranks[at - 1];
        out->documents[at] = out->documents[at - 1];
    }
    sampling->ranks[at] = rank;
    out->documents[at] = document;
}

static enum status window_rank(struct sampling *sampling, uint32_t base, const uint64_t *hits)
{
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    for (uint32_t next = 0; (status = columns_next(&sampling->columns, SLOT_FAME, hits, &next, &part)) == STATUS_OK;) {
        const uint16_t *priors = part_u16(part, FAME_PRIOR);
        for (uint32_t at = window_next(hits, part->first); at < part->end; at = window_next(hits, at + 1)) {
            uint32_t points = prior_points(priors[at - part->first], sampling->points_max);
            document_rank(sampling, base + at, rank_pack(match_score(sampling->match, at), TIER_IN_STOCK, points));
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

/* The first hits of the window: `most` of them. */
static unsigned window_cut(const uint64_t *documents, unsigned most, uint64_t hits[WINDOW_WORDS])
{
    unsigned count = 0;
    for (unsigned word = 0; word < WINDOW_WORDS; word++) {
        hits[word] = 0;
        for (uint64_t rest = documents[word]; rest != 0 && count < most; rest &= rest - 1, count++)
            hits[word] |= rest & -rest;
    }
    return count;
}

static enum status window_sample(struct sampling *sampling, uint32_t window, uint32_t *next)
{
    const uint64_t *documents = NULL;
    uint64_t hits[WINDOW_WORDS];
    enum status status = match_window(sampling->match, window, &documents);
    *next = window + 1;
    if (status != STATUS_OK || !window_any(documents))
        return status;
    unsigned most = SAMPLE_HITS_MAX - sampling->hits;
    unsigned count = window_cut(documents, most < SAMPLE_DENSE_HITS ? most : SAMPLE_DENSE_HITS, hits);
    sampling->hits += count;
    if (count == SAMPLE_DENSE_HITS)
        *next = window + sampling->stride;
    columns_move(&sampling->columns, window);
    return window_rank(sampling, window * COLUMN_WINDOW, hits);
}

static enum status sample_run(struct sampling *sampling, const struct lattice *lattice, struct arena *arena)
{
    enum status status = match_open(sampling->snapshot, lattice, MATCH_ALL, arena, &sampling->match);
    uint32_t window = 0;
    if (status != STATUS_OK)
        return status;
    sampling->points_max = prior_points_max(lattice_score_max(lattice));
    for (unsigned i = 0; i < SAMPLE_WINDOWS_MAX && sampling->hits < SAMPLE_HITS_MAX && status == STATUS_OK; i++) {
        status = match_seek(sampling->match, window, &window);
        if (status == STATUS_OK)
            status = window_sample(sampling, window, &window);
    }
    match_close(sampling->match);
    return status == STATUS_END ? STATUS_OK : status;
}

/* Another word for one that the index knows is no repair. */
static bool words_are_whole(const struct query_words *words, const struct alternative *alternative)
{
    bool whole = alternative_level((enum alternative_kind)alternative->kind) == LEVEL_WORDS;
    for (unsigned i = 0; i < alternative->words; i++)
        whole = whole && words->words[alternative->first + i].known == WORD_WHOLE;
    return whole;
}

/* How an alternative is written in the text put right: of what is not from keystrokes the marks are only one of several possible ones. */
static enum status alternative_write(const struct cascade *cascade, const struct alternative *alternative, struct arena *arena,
                                     struct buffer *out)
{
    struct bytes text = alternative->text;
    enum status status = STATUS_OK;
    if (alternative->kind != ALTERNATIVE_KEYSTROKE)
        status = fold_text(cascade->analyzer, text.data, text.size, arena, &text);
    buffer_append(out, text.data, text.size);
    return status;
}

/* The words of the text that the best document has otherwise, put right. */
static enum status text_repair(struct sampling *sampling, const struct cascade *cascade, struct bytes text, struct arena *arena)
{
    struct meeting meeting;
    uint8_t alternatives[LATTICE_POSITIONS_MAX];
    struct buffer out = {0};
    unsigned at = 0;
    enum status status = meeting_read(sampling->snapshot, &cascade->words, &cascade->lattice, sampling->out->documents[0], &meeting);
    unsigned count = status == STATUS_OK ? meeting_alternatives(&meeting, alternatives) : 0;
    for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
        const struct alternative *alternative = &cascade->alternatives.list[alternatives[i]];
        const struct token *first = cascade->words.words[alternative->first].tokens;
        const struct token *last = cascade->words.words[alternative->first + alternative->words - 1].tokens;
        if (words_are_whole(&cascade->words, alternative) || first->offset < at)
            continue;
        buffer_append(&out, text.data + at, first->offset - at);
        status = alternative_write(cascade, alternative, arena, &out);
        at = last->offset + last->size;
    }
    if (status == STATUS_OK && at > 0) {
        buffer_append(&out, text.data + at, text.size - at);
        sampling->out->repaired = (struct bytes){arena_copy(arena, out.data, out.size), out.size};
        status = sampling->out->repaired.data == NULL ? STATUS_LIMIT : STATUS_OK;
    }
    buffer_release(&out);
    return status;
}

/* Step by step as a search, but only in what shops name their products by. */
static enum status steps_run(struct sampling *sampling, struct cascade *cascade, struct arena *arena)
{
    uint64_t begun_ns = clock_monotonic_ns();
    enum status status = sample_run(sampling, &cascade->lattice, arena);
    while (status == STATUS_OK && sampling->hits == 0 && clock_monotonic_ns() - begun_ns < SAMPLE_REPAIR_NS) {
        status = cascade_next(cascade, (struct met){0});
        if (status == STATUS_OK && cascade->zone == WORDS_CORE)
            status = sample_run(sampling, &cascade->lattice, arena);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

enum status suggest_words(struct snapshot *snapshot, const struct analyzer *analyzer, const struct token_list *tokens, struct bytes text,
                          unsigned limit, struct arena *arena, struct word_sample *out)
{
    struct sampling sampling = {.snapshot = snapshot, .limit = limit, .out = out};
    struct cascade_query query = {.tokens = tokens, .text_size = text.size};
    struct cascade cascade;
    uint32_t documents = 0;
    *out = (struct word_sample){0};
    snapshot_cursors_return(snapshot);
    columns_init(&sampling.columns, snapshot, arena);
    enum status status = snapshot_document_limit(snapshot, &documents);
    sampling.stride = 1 + documents / COLUMN_WINDOW / (SAMPLE_HITS_MAX / SAMPLE_DENSE_HITS);
    if (status == STATUS_OK)
        status = cascade_open(&cascade, snapshot, analyzer, &query, arena);
    if (status == STATUS_OK)
        status = steps_run(&sampling, &cascade, arena);
    if (status != STATUS_OK || out->count == 0)
        return status;
    out->contradicts = sampling.ranks[0] >> RANK_BAND_SHIFT <= BAND_CONTRADICT;
    return cascade.alternatives.count > 0 ? text_repair(&sampling, &cascade, text, arena) : STATUS_OK;
}
