/* What keeps a product out of an answer: words, signs and filters, as the search sees them. Without these the request is another one, which may
 * find enough earlier, or read its words otherwise, so it is asked again, until the product is a hit. Whether one thing alone keeps it out is
 * tried in the same way. */
#include <string.h>

#include "query/explain_parts.h"

enum { TRIAL_ARENA_BYTES = 16 * 1024 * 1024 /* of one search, which asks for no facets and no hits */ };

static const char *const axis_names[AXIS_SPEC + 1] = {
    [AXIS_CATEGORY] = "category", [AXIS_BRAND] = "brand", [AXIS_RATING] = "ratingMin", [AXIS_PRICE] = "price",
    [AXIS_STOCK] = "inStock",     [AXIS_SALE] = "onSale", [AXIS_SPEC] = "specs",
};

_Static_assert((int)EXPLAIN_FILTERS_MAX == (int)AXIS_COUNT - (int)AXIS_CATEGORY, "every axis finds room");

static void spec_remove(struct search_request *request, unsigned spec)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < request->spec_value_count; i++) {
        struct spec_choice choice = request->spec_values[i];
        if (choice.spec == spec)
            continue;
        choice.spec -= choice.spec > spec;
        request->spec_values[kept++] = choice;
    }
    request->spec_value_count = kept;
    request->spec_count--;
    memmove(&request->specs[spec], &request->specs[spec + 1], (request->spec_count - spec) * sizeof request->specs[0]);
}

static void axis_remove(struct search_request *request, unsigned axis)
{
    switch (axis) {
    case AXIS_CATEGORY:
        request->category.size = 0;
        break;
    case AXIS_BRAND:
        request->brand_count = 0;
        break;
    case AXIS_RATING:
        request->rating_min = 0;
        break;
    case AXIS_PRICE:
        request->has_price_min = request->has_price_max = false;
        break;
    case AXIS_STOCK:
        request->in_stock = false;
        break;
    case AXIS_SALE:
        request->on_sale = false;
        break;
    default:
        spec_remove(request, axis - AXIS_SPEC);
    }
}

/* Specs are numbered anew when one goes. */
static void filter_remove(struct search_request *request, const struct blocker *blocker)
{
    unsigned spec = 0;
    while (blocker->axis >= AXIS_SPEC && spec < request->spec_count && !bytes_equal(request->specs[spec], blocker->spec))
        spec++;
    if (blocker->axis < AXIS_SPEC || spec < request->spec_count)
        axis_remove(request, blocker->axis < AXIS_SPEC ? blocker->axis : AXIS_SPEC + spec);
}

/* By filters alone. */
static enum status filters_pass(struct explaining *explaining, const struct search_request *request, bool *passes)
{
    struct filters *filters = arena_alloc(explaining->arena, sizeof *filters);
    struct columns *columns = arena_alloc(explaining->arena, sizeof *columns);
    uint64_t documents[WINDOW_WORDS] = {0}, hits[WINDOW_WORDS];
    if (filters == NULL || columns == NULL)
        return STATUS_LIMIT;
    window_set(documents, explaining->document % COLUMN_WINDOW);
    columns_init(columns, explaining->snapshot, explaining->arena);
    columns_move(columns, explaining->document / COLUMN_WINDOW);
    enum status status = filters_open(filters, explaining->snapshot, request, 0, explaining->arena, explaining->error);
    if (status == STATUS_OK)
        status = filters_window(filters, columns, documents);
    if (status != STATUS_OK)
        return status;
    filters_mask(filters, documents, AXIS_NONE, hits);
    *passes = window_any(hits);
    return STATUS_OK;
}

/* From the last one on, so that specs keep their numbers. */
static struct search_request request_of_axis(const struct search_request *request, uint32_t active, unsigned only)
{
    struct search_request out = *request;
    for (unsigned axis = AXIS_COUNT; axis-- > AXIS_CATEGORY;)
        if ((active >> axis & 1) != 0 && axis != only)
            axis_remove(&out, axis);
    return out;
}

static bool is_from_words(const struct explaining *explaining, unsigned axis)
{
    const struct search_request *own = explaining->request, *effective = explaining->search.pass.request;
    if (axis == AXIS_PRICE)
        return effective->has_price_min != own->has_price_min || effective->has_price_max != own->has_price_max ||
               effective->price_min_vnd != own->price_min_vnd || effective->price_max_vnd != own->price_max_vnd;
    return (axis == AXIS_CATEGORY && own->category.size == 0) || (axis == AXIS_SALE && !own->on_sale) ||
           (axis == AXIS_STOCK && !own->in_stock);
}

enum status explain_filters(struct explaining *explaining)
{
    struct explanation *out = explaining->out;
    const struct search_request *request = explaining->search.pass.request;
    uint32_t active = explaining->search.pass.filters.active;
    bool all = true, together = true;
    enum status status = STATUS_OK;
    for (unsigned axis = AXIS_CATEGORY; axis < AXIS_COUNT && status == STATUS_OK; axis++) {
        if ((active >> axis & 1) == 0)
            continue;
        struct explained_filter *filter = &out->filters[out->filter_count++];
        struct search_request single = request_of_axis(request, active, axis);
        *filter = (struct explained_filter){.name = axis_names[axis < AXIS_SPEC ? axis : AXIS_SPEC],
                                            .spec = axis < AXIS_SPEC ? (struct bytes){0} : request->specs[axis - AXIS_SPEC],
                                            .axis = (uint8_t)axis,
                                            .from_words = is_from_words(explaining, axis)};
        status = filters_pass(explaining, &single, &filter->passes);
        all = all && filter->passes;
    }
    if (status == STATUS_OK && all && out->filter_count > 0)
        status = filters_pass(explaining, request, &together);
    out->apart = all && !together;
    return status;
}

/* A request with things taken away. */
struct trial {
    struct search_request request;
    char text[QUERY_BYTES_MAX];
};

static void trial_init(struct trial *trial, const struct search_request *request)
{
    trial->request = *request;
    trial->request.facet_count = trial->request.facet_option_count = trial->request.limit = trial->request.page = 0;
    trial->request.facets_auto = trial->request.highlight = false;
    trial->request.after = NULL;
    if (request->text.size > 0)
        memcpy(trial->text, request->text.data, request->text.size);
    trial->request.text.data = trial->text;
}

static void blocker_remove(struct trial *trial, const struct blocker *blocker)
{
    for (size_t i = 0; i < trial->request.text.size; i++)
        if ((blocker->bytes[i / 8] >> i % 8 & 1) != 0)
            trial->text[i] = ' ';
    if (blocker->kind == BLOCKER_FILTER && !blocker->from_words)
        filter_remove(&trial->request, blocker);
}

/* The request without `count` blockers. */
static void trial_build(struct trial *trial, const struct explaining *explaining, unsigned first, unsigned count)
{
    trial_init(trial, explaining->request);
    for (unsigned i = first; i < first + count; i++)
        blocker_remove(trial, &explaining->out->blockers[i]);
}

static enum status trial_run(struct explaining *explaining, const struct trial *trial, bool *hit)
{
    struct arena arena;
    struct search_result result;
    struct looked_at looked = {0};
    arena_init(&arena, TRIAL_ARENA_BYTES);
    struct search *search = arena_alloc(&arena, sizeof *search);
    enum status status = search == NULL ? STATUS_LIMIT
                                        : search_begin(search, explaining->snapshot, explaining->analyzer, &trial->request,
                                                       &(struct search_limits){0}, &arena, &result, explaining->error);
    if (status == STATUS_OK)
        status = document_look(search, explaining->document, &looked);
    *hit = looked.hit;
    arena_release(&arena);
    return status;
}

static void bytes_mark(struct blocker *blocker, size_t start, size_t size)
{
    for (size_t i = start; i < start + size; i++)
        blocker->bytes[i / 8] |= (uint8_t)(1u << i % 8);
}

static void blocker_add(struct explaining *explaining, const struct blocker *blocker)
{
    struct explanation *out = explaining->out;
    if (out->blocker_count < BLOCKERS_MAX)
        out->blockers[out->blocker_count++] = *blocker;
}

/* From one byte of a text to another one, as the request has it: a trial's text has everything at the same place. */
static struct bytes asked_text(const struct explaining *explaining, size_t start, size_t end)
{
    return (struct bytes){explaining->request->text.data + start, end - start};
}

/* A path of the core leads over the word: what the body has of it need not count (coverage.c). */
static bool is_on_path(const struct explaining *seen, unsigned word)
{
    const struct meeting *meeting = &seen->meeting;
    unsigned node = meeting->word_nodes[word];
    for (unsigned i = 0; i < meeting->lattice->edge_count; i++)
        if (meeting->edges[i].taken && meeting->lattice->edges[i].start <= node && node < meeting->lattice->edges[i].end)
            return true;
    return false;
}

/* Which words count as lacking: those of which nothing is met; when there are none, those that no path leads over. */
enum lack { LACK_MET, LACK_PATH, LACK_ANY };

static bool is_lacking(const struct explaining *seen, unsigned word, enum lack lack)
{
    if (seen->out->words[word].word->role == WORD_DROP)
        return false;
    return lack == LACK_MET ? !seen->out->words[word].met : lack == LACK_ANY || !is_on_path(seen, word);
}

/* Words of a range count as one. */
static void words_block(struct explaining *explaining, const struct explaining *seen, enum lack lack)
{
    const struct explained_word *words = seen->out->words;
    for (unsigned i = 0; i < seen->out->word_count; i++) {
        if (!is_lacking(seen, i, lack))
            continue;
        struct blocker blocker = {.kind = BLOCKER_WORD};
        size_t start = words[i].word->tokens[0].offset;
        while (words[i].word->role == WORD_SPAN && i + 1 < seen->out->word_count && words[i + 1].word->role == WORD_SPAN)
            i++;
        blocker.text = asked_text(explaining, start, words[i].word->tokens[0].offset + words[i].word->tokens[0].size);
        bytes_mark(&blocker, start, blocker.text.size);
        blocker_add(explaining, &blocker);
    }
}

/* The words of a quotation stay, the marks around them go; of an exclusion the word goes, with its minus. */
static void sign_block(struct explaining *explaining, const struct explaining *seen, const struct strict_span *span)
{
    struct bytes asked = explaining->request->text;
    size_t start = (size_t)(span->text.data - seen->request->text.data), end = start + span->text.size;
    struct blocker blocker = {.kind = span->excluded ? BLOCKER_EXCLUSION : BLOCKER_QUOTATION, .text = asked_text(explaining, start, end)};
    if (span->excluded) {
        bytes_mark(&blocker, start - 1, end - start + 1);
    } else {
        size_t opening = asked.data[start - 1] == '"' ? 1 : 3, closing = asked.data[end] == '"' ? 1 : 3;
        bytes_mark(&blocker, start - opening, opening);
        bytes_mark(&blocker, end, closing);
    }
    blocker_add(explaining, &blocker);
}

/* Each quotation and exclusion by itself. */
static enum status signs_block(struct explaining *explaining, const struct explaining *seen)
{
    const struct strict_spans *spans = &seen->search.strict_spans;
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < spans->count && status == STATUS_OK; i++) {
        const struct strict_spans one = {.items = {spans->items[i]}, .count = 1};
        uint64_t documents[WINDOW_WORDS] = {0};
        struct strict strict;
        window_set(documents, explaining->document % COLUMN_WINDOW);
        status = strict_open(&strict, explaining->snapshot, explaining->analyzer, &one, explaining->arena);
        if (status == STATUS_OK)
            status = strict_window(&strict, explaining->document / COLUMN_WINDOW, documents);
        strict_close(&strict);
        if (!window_any(documents))
            sign_block(explaining, seen, &spans->items[i]);
    }
    return status;
}

/* The filter that a reading may be; AXIS_NONE. */
static unsigned axis_of_reading(const struct reading *reading)
{
    if (strcmp(reading->field, "category") == 0)
        return AXIS_CATEGORY;
    if (reading->effect != EFFECT_FILTER)
        return AXIS_NONE;
    return strncmp(reading->field, "price", 5) == 0 ? AXIS_PRICE : AXIS_SALE;
}

/* The words of the readings that gave a filter. */
static void readings_mark(struct explaining *explaining, const struct explaining *seen, struct blocker *blocker)
{
    const struct understanding *understanding = &seen->search.understanding;
    const struct token_list *tokens = &seen->search.tokens;
    uint32_t words = 0;
    size_t start = SIZE_MAX, end = 0;
    for (unsigned i = 0; i < understanding->count; i++) {
        const struct reading *reading = &understanding->readings[i];
        if (axis_of_reading(reading) == blocker->axis)
            words |= reading->words;
    }
    for (uint32_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->tokens[i];
        if (token->position >= QUERY_TOKENS_MAX || (words >> token->position & 1) == 0)
            continue;
        bytes_mark(blocker, token->offset, token->size);
        start = start == SIZE_MAX ? token->offset : start;
        end = (size_t)token->offset + token->size > end ? (size_t)token->offset + token->size : end;
    }
    if (end > 0)
        blocker->text = asked_text(explaining, start, end);
}

static void filters_block(struct explaining *explaining, const struct explaining *seen)
{
    for (unsigned i = 0; i < seen->out->filter_count; i++) {
        const struct explained_filter *filter = &seen->out->filters[i];
        struct blocker blocker = {
            .kind = BLOCKER_FILTER, .filter = filter->name, .spec = filter->spec, .axis = filter->axis, .from_words = filter->from_words};
        if (filter->passes && !(seen->out->apart && filter->axis >= AXIS_PRICE))
            continue;
        if (filter->from_words)
            readings_mark(explaining, seen, &blocker);
        blocker_add(explaining, &blocker);
    }
}

/* What keeps the document out of a search, whose request may be one without the blockers that are known. */
static enum status blockers_collect(struct explaining *explaining, const struct explaining *seen)
{
    unsigned before = explaining->out->blocker_count;
    for (enum lack lack = LACK_MET; lack <= LACK_ANY && !seen->looked.words && explaining->out->blocker_count == before; lack++)
        words_block(explaining, seen, lack);
    enum status status = signs_block(explaining, seen);
    filters_block(explaining, seen);
    return status;
}

/* The search without the blockers so far; those that it shows besides are added. */
static enum status round_run(struct explaining *explaining, bool *hit)
{
    unsigned before = explaining->out->blocker_count;
    struct trial *trial = arena_alloc(explaining->arena, sizeof *trial);
    struct explaining *seen = arena_alloc(explaining->arena, sizeof *seen);
    struct explanation *out = arena_calloc(explaining->arena, 1, sizeof *out);
    if (trial == NULL || seen == NULL || out == NULL)
        return STATUS_LIMIT;
    *seen = *explaining;
    seen->out = out;
    seen->request = &trial->request;
    trial_build(trial, explaining, 0, before);
    enum status status = search_begin(&seen->search, seen->snapshot, seen->analyzer, seen->request, &(struct search_limits){0}, seen->arena,
                                      &out->result, seen->error);
    if (status == STATUS_OK)
        status = explain_meeting(seen);
    *hit = seen->looked.hit;
    if (status == STATUS_OK && !*hit)
        status = blockers_collect(explaining, seen);
    return status;
}

static enum status blockers_try(struct explaining *explaining)
{
    struct explanation *out = explaining->out;
    struct trial trial;
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < out->blocker_count && status == STATUS_OK; i++) {
        trial_build(&trial, explaining, i, 1);
        status = trial_run(explaining, &trial, &out->blockers[i].alone);
    }
    for (unsigned count = 1; count <= out->blocker_count && out->together == 0 && status == STATUS_OK; count++) {
        bool hit = false;
        trial_build(&trial, explaining, 0, count);
        status = trial_run(explaining, &trial, &hit);
        out->together = hit ? count : 0;
    }
    return status;
}

/* Would a step that was not taken have found it? */
static enum status later_find(struct explaining *explaining)
{
    struct cascade *cascade = arena_calloc(explaining->arena, 1, sizeof *cascade);
    struct meeting *meeting = arena_alloc(explaining->arena, sizeof *meeting);
    if (cascade == NULL || meeting == NULL)
        return STATUS_LIMIT;
    enum status status = cascade_open(cascade, explaining->snapshot, explaining->analyzer, &explaining->search.query, explaining->arena);
    while (status == STATUS_OK) {
        status = meeting_read(explaining->snapshot, &cascade->words, &cascade->lattice, explaining->document, meeting);
        if (status == STATUS_OK && meeting->score.band != BAND_NONE) {
            explaining->out->later_level = cascade_level_name(cascade->level);
            explaining->out->later_zone = cascade->zone == WORDS_CORE ? "core" : "all";
            return STATUS_OK;
        }
        if (status == STATUS_OK)
            status = cascade_next(cascade, (struct met){0});
    }
    return status == STATUS_END ? STATUS_OK : status;
}

enum status explain_blockers(struct explaining *explaining)
{
    struct explanation *out = explaining->out;
    bool hit = false;
    unsigned before = 0;
    enum status status = explaining->looked.words ? STATUS_OK : later_find(explaining);
    if (status == STATUS_OK)
        status = blockers_collect(explaining, explaining);
    if (out->blocker_count > 0 && explaining->looked.words && out->blockers[0].kind != BLOCKER_FILTER)
        out->verdict = VERDICT_SIGNS;
    while (status == STATUS_OK && !hit && out->blocker_count > before) {
        before = out->blocker_count;
        status = round_run(explaining, &hit);
    }
    return status == STATUS_OK ? blockers_try(explaining) : status;
}

const char *blocker_kind_name(enum blocker_kind kind)
{
    static const char *const names[] = {
        [BLOCKER_WORD] = "word", [BLOCKER_QUOTATION] = "quotation", [BLOCKER_EXCLUSION] = "exclusion", [BLOCKER_FILTER] = "filter"};
    return names[kind];
}
