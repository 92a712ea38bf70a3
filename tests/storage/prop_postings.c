/* Random documents, edited and deleted in batches of random size, against a naive model: every list read by next, seek, peek and find, and
 * verify clean, after every few batches and after opening anew. */
#include <inttypes.h>

#include "storage/forward.h"
#include "storage/fragment.h"
#include "storage/mirror.h"
#include "storage/postings.h"
#include "storage/posting_form.h"
#include "storage/verify.h"
#include "tests/storage/scratch.h"

enum { DOCUMENTS = 5000, WORDS = 40, CLASSES = 3, FORMS = 6, ENTRIES_MAX = 3 * WORDS + 2, MANY_FORMS_WORD = 1 };

static const enum term_class classes[CLASSES] = {TERM_CORE, TERM_BODY, TERM_PREFIX};

/* What the model knows of one posting. form: 0 the folded key, 1..FORMS-1 a form, FORMS several, above that a rare form. */
struct cell {
    uint8_t impact; /* 0: not there */
    uint16_t form;
};

struct model {
    struct cell cells[CLASSES][WORDS][DOCUMENTS];
    bool live[DOCUMENTS];
    bool numbered[DOCUMENTS];
};

static size_t word_bytes(unsigned word, char text[TERM_BYTES_MAX])
{
    if (word == 0)
        return 0;
    if (word == 2) {
        memset(text, 'x', TERM_BYTES_MAX);
        return TERM_BYTES_MAX;
    }
    return (size_t)snprintf(text, TERM_BYTES_MAX, "tu%u%s", word, word % 7 == 0 ? " dai hon mot chut" : "");
}

static struct posting_form form_of(unsigned form, char text[FORM_BYTES_MAX])
{
    if (form == FORMS)
        return (struct posting_form){.several = true};
    if (form == 0)
        return (struct posting_form){0};
    int size = form > FORMS ? snprintf(text, FORM_BYTES_MAX, "hiếm-%u", form) : snprintf(text, FORM_BYTES_MAX, "từ%u", form);
    return (struct posting_form){.bytes = text, .size = (uint8_t)size};
}

struct list_text {
    char words[ENTRIES_MAX][TERM_BYTES_MAX];
    char forms[ENTRIES_MAX][FORM_BYTES_MAX];
    struct forward_entry entries[ENTRIES_MAX];
};

static void entry_set(struct list_text *text, unsigned at, unsigned class, unsigned word, struct cell cell)
{
    size_t size = word_bytes(word, text->words[at]);
    struct posting_form form = classes[class] == TERM_CORE ? form_of(cell.form, text->forms[at]) : (struct posting_form){0};
    text->entries[at] = (struct forward_entry){
        .class = classes[class], .bytes = text->words[at], .size = (uint8_t)size, .impact = cell.impact, .form = form};
}

/* A word's frequency falls with its number: word 0 is in nearly every document that was touched often. */
static void document_rewrite(struct model *model, uint32_t document, uint64_t *random, bool heavy)
{
    for (unsigned class = 0; class < CLASSES; class ++)
        for (unsigned word = 0; word < WORDS; word++) {
            struct cell *cell = &model->cells[class][word][document];
            if (random_below(random, heavy ? 2 : 5) != 0)
                continue;
            *cell = (struct cell){0};
            if (random_below(random, 90 + 30 * word) >= 80)
                continue;
            cell->impact = (uint8_t)(word % 3 == 0 ? 7 : 1 + random_below(random, 255));
            if (classes[class] == TERM_CORE)
                cell->form = (uint16_t)random_below(random, word % 4 == 0 ? 1 : FORMS + 1);
            if (classes[class] == TERM_CORE && word == MANY_FORMS_WORD)
                cell->form = (uint16_t)(FORMS + 1 + random_below(random, 400));
        }
}

static void document_write(struct batch *batch, struct model *model, uint32_t document, struct arena *arena)
{
    struct list_text *text = arena_alloc(arena, sizeof *text);
    struct forward_list list = {.entries = text->entries};
    char id[16];
    uint32_t changed = 0;
    assert_non_null(text);
    for (unsigned class = 0; class < CLASSES && model->live[document]; class ++)
        for (unsigned word = 0; word < WORDS && list.count < ENTRIES_MAX - 1; word++) {
            struct cell *cell = &model->cells[class][word][document];
            if (cell->impact == 0)
                continue;
            entry_set(text, list.count++, class, word, *cell);
        }
    if (model->live[document])
        text->entries[list.count++] = (struct forward_entry){.class = TERM_LIVE, .impact = 1};
    assert_true(list.count < ENTRIES_MAX); /* the model would know of more than the list */
    forward_sort(&list);
    assert_int_equal(forward_replace(batch, document, &list, arena, &changed), STATUS_OK);
    snprintf(id, sizeof id, "p%" PRIu32, document);
    if (!model->numbered[document])
        assert_int_equal(document_put(batch, bytes_of(id), document), STATUS_OK);
    model->numbered[document] = true;
    assert_int_equal(fragment_put(batch, document, bytes_of("{}")), STATUS_OK);
}

static void document_edit(struct batch *batch, struct model *model, uint32_t document, uint64_t *random, struct arena *arena,
                          bool shrinking)
{
    uint32_t what = random_below(random, 10);
    bool live = shrinking ? what < 1 : what < 8;
    if (!live)
        for (unsigned class = 0; class < CLASSES; class ++)
            for (unsigned word = 0; word < WORDS; word++)
                model->cells[class][word][document] = (struct cell){0};
    model->live[document] = live;
    if (live)
        document_rewrite(model, document, random, what < 2);
    document_write(batch, model, document, arena);
}

/* The expected list of one term. */
struct expected {
    uint32_t documents[DOCUMENTS];
    struct cell cells[DOCUMENTS];
    unsigned count;
};

static void expect(const struct model *model, unsigned class, unsigned word, struct expected *out)
{
    out->count = 0;
    for (uint32_t document = 0; document < DOCUMENTS; document++)
        if (model->cells[class][word][document].impact > 0) {
            out->documents[out->count] = document;
            out->cells[out->count++] = model->cells[class][word][document];
        }
}

static void form_check(const struct term *term, bool has_forms, uint8_t ordinal, unsigned form, bool many)
{
    char text[FORM_BYTES_MAX];
    struct bytes stored = {0};
    struct posting_form wanted = form_of(form, text);
    if (!has_forms) {
        assert_int_equal(ordinal, FORM_NONE);
        return;
    }
    if (wanted.several) {
        assert_int_equal(ordinal, FORM_SEVERAL);
        return;
    }
    if (many && ordinal == FORM_OTHER) {
        assert_int_equal(term->form_count, TERM_FORMS_MAX);
        return;
    }
    assert_true(term_form(term, ordinal, &stored));
    assert_int_equal(stored.size, wanted.size);
    assert_memory_equal(stored.data == NULL ? "" : stored.data, wanted.size == 0 ? "" : wanted.bytes, wanted.size);
}

static void list_walk_check(struct snapshot *snapshot, const struct term *term, unsigned class, unsigned word,
                            const struct expected *expected)
{
    struct postings postings;
    unsigned at = 0, blocks = 0;
    uint8_t highest = 0;
    enum status status = STATUS_OK;
    postings_open(&postings, snapshot, term);
    while ((status = postings_next(&postings)) == STATUS_OK) {
        blocks++;
        for (unsigned i = 0; i < postings.count; i++, at++) {
            assert_true(at < expected->count);
            assert_int_equal(postings.documents[i], expected->documents[at]);
            assert_int_equal(postings.impacts[i], expected->cells[at].impact);
            assert_true(postings.impacts[i] <= postings.impact_max && postings.impact_max <= term->impact_max);
            form_check(term, classes[class] == TERM_CORE, postings.forms[i], expected->cells[at].form, word == MANY_FORMS_WORD);
            if (postings.impacts[i] > highest)
                highest = postings.impacts[i];
        }
    }
    assert_int_equal(status, STATUS_END);
    assert_int_equal(postings_next(&postings), STATUS_END);
    assert_int_equal(at, expected->count);
    /* No list falls apart into crumbs: on average a third of a block is used. */
    assert_true(!term->has_blocks || blocks <= 2 + expected->count / 40);
    postings_close(&postings);
}

static unsigned first_from(const struct expected *expected, uint32_t document)
{
    unsigned at = 0;
    while (at < expected->count && expected->documents[at] < document)
        at++;
    return at;
}

/* The words of a DENSE list say the same, and no block crosses a window. */
static void list_windows_check(struct snapshot *snapshot, const struct term *term, const struct expected *expected, uint64_t *random)
{
    struct postings postings;
    struct postings_window window = {0};
    unsigned at = 0;
    enum status status = STATUS_OK;
    postings_open(&postings, snapshot, term);
    for (uint32_t next = 0; (status = postings_window(&postings, next, &window)) == STATUS_OK; next = window.window + 1) {
        assert_true(window.window >= next && window.count >= 1 && window.count <= DENSE_PIECES_MAX);
        for (unsigned piece = 0; piece < window.count; piece++) {
            const struct dense *dense = &window.blocks[piece];
            assert_int_equal(dense_check(dense), STATUS_OK);
            assert_int_equal(dense->first / DENSE_WINDOW, window.window);
            assert_int_equal(dense->last / DENSE_WINDOW, window.window);
            for (unsigned rank = 0; rank < dense->count; rank++, at++) {
                uint32_t bit = expected->documents[at] - dense->first;
                assert_true(at < expected->count && bit / 64 < dense->word_count);
                assert_true((dense_word(dense, bit / 64) >> bit % 64 & 1) != 0);
                assert_int_equal(dense_impact(dense, rank), expected->cells[at].impact);
                assert_true(dense_impact(dense, rank) <= dense->impact_max);
            }
        }
    }
    assert_int_equal(status, STATUS_END);
    assert_int_equal(at, expected->count);
    postings_close(&postings);
    postings_open(&postings, snapshot, term);
    uint32_t wanted = random_below(random, DOCUMENTS / DENSE_WINDOW + 2);
    at = first_from(expected, wanted * DENSE_WINDOW);
    assert_int_equal(postings_window(&postings, wanted, &window), at < expected->count ? STATUS_OK : STATUS_END);
    assert_true(at == expected->count || window.window == expected->documents[at] / DENSE_WINDOW);
    postings_close(&postings);
}

static void list_seek_check(struct snapshot *snapshot, const struct term *term, const struct expected *expected, uint64_t *random)
{
    struct postings postings, fresh;
    struct posting found;
    bool forward = random_below(random, 2) == 0;
    uint32_t document = 0;
    postings_open(&postings, snapshot, term);
    for (unsigned i = 0; i < 30; i++) {
        document = forward ? document + random_below(random, 150) : random_below(random, DOCUMENTS + 50);
        unsigned at = first_from(expected, document);
        struct postings_bound bound = {0};
        enum status peeked = postings_peek(&postings, document, &bound);
        if (random_below(random, 4) == 0 && postings_next(&postings) == STATUS_OK && random_below(random, 2) == 0)
            continue;
        enum status sought = postings_seek(&postings, document);
        postings_open(&fresh, snapshot, term);
        assert_int_equal(postings_seek(&fresh, document), sought);
        assert_int_equal(peeked, sought);
        assert_int_equal(sought, at < expected->count ? STATUS_OK : STATUS_END);
        if (sought == STATUS_OK) {
            assert_true(postings.documents[0] <= expected->documents[at] &&
                        expected->documents[at] <= postings.documents[postings.count - 1]);
            if (term->is_dense)
                assert_true(bound.last >= postings.documents[postings.count - 1]);
            else
                assert_int_equal(bound.last, postings.documents[postings.count - 1]);
            assert_true(bound.impact_max >= expected->cells[at].impact);
            /* Slices begin where the seek fell; blocks are the same for everyone. */
            if (!term->is_dense)
                assert_memory_equal(fresh.documents, postings.documents, postings.count * sizeof *postings.documents);
            assert_true(fresh.documents[0] <= expected->documents[at] && expected->documents[at] <= fresh.documents[fresh.count - 1]);
        }
        postings_close(&fresh);
        bool there = at < expected->count && expected->documents[at] == document;
        assert_int_equal(postings_find(snapshot, term, document, &found), there ? STATUS_OK : STATUS_NOT_FOUND);
        if (there)
            assert_int_equal(found.impact, expected->cells[at].impact);
    }
    postings_close(&postings);
}

static void report_fault(void *context, const char *sentence)
{
    (void)context;
    print_error("fault: %s\n", sentence);
}

static void model_check(struct scratch *scratch, const struct model *model, uint64_t *random)
{
    static struct expected expected;
    struct verify_counts counts;
    struct snapshot *snapshot = scratch_read(scratch);
    for (unsigned class = 0; class < CLASSES; class ++)
        for (unsigned word = 0; word < WORDS; word++) {
            char text[TERM_BYTES_MAX];
            struct term term;
            size_t size = word_bytes(word, text);
            expect(model, class, word, &expected);
            enum status status = term_get(snapshot, classes[class], text, size, &term);
            assert_int_equal(status, expected.count == 0 ? STATUS_NOT_FOUND : STATUS_OK);
            if (status != STATUS_OK)
                continue;
            assert_int_equal(term.df, expected.count);
            assert_true(term.has_blocks ? term.df >= 24 : term.df <= TERM_INLINE_MAX);
            list_walk_check(snapshot, &term, class, word, &expected);
            list_seek_check(snapshot, &term, &expected, random);
            if (term.is_dense)
                list_windows_check(snapshot, &term, &expected, random);
        }
    assert_int_equal(verify_run(snapshot, NULL, 0, report_fault, NULL, &counts), STATUS_OK);
    assert_int_equal(counts.faults, 0);
    assert_int_equal(snapshot_status(snapshot), STATUS_OK);
    snapshot_close(snapshot);
}

static void random_edits(void **state)
{
    (void)state;
    uint64_t random = seed_take();
    struct model *model = memory_calloc(1, sizeof *model);
    struct scratch scratch;
    struct arena arena;
    uint32_t first = 0;
    scratch_open(&scratch);
    arena_init(&arena, 64 << 20);
    for (unsigned round = 0; round < 40; round++) {
        struct batch *batch = scratch_begin(&scratch);
        bool shrinking = round / 10 % 2 == 1;
        if (round == 0)
            assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, DOCUMENTS, &first), STATUS_OK);
        uint32_t edits = round % 10 == 0                 ? DOCUMENTS / 2
                         : random_below(&random, 3) == 0 ? random_below(&random, 600)
                                                         : random_below(&random, 20);
        uint32_t window = random_below(&random, 3) == 0 ? 100 : DOCUMENTS, from = random_below(&random, DOCUMENTS - window + 1);
        for (uint32_t i = 0; i < edits; i++) {
            document_edit(batch, model, from + random_below(&random, window), &random, &arena, shrinking);
            arena_reset(&arena);
        }
        if (random_below(&random, 8) == 0 && round > 0) {
            /* An aborted batch leaves nothing: the model takes its documents again in the next one. */
            batch_abort(batch);
            batch = scratch_begin(&scratch);
            for (uint32_t document = 0; document < DOCUMENTS; document++) {
                model->numbered[document] = false;
                document_write(batch, model, document, &arena);
                arena_reset(&arena);
            }
        }
        scratch_commit(batch);
        if (round % 5 == 4)
            scratch_reopen(&scratch);
        if (round % 4 == 3)
            model_check(&scratch, model, &random);
    }
    /* Everything goes: no record and no block stays. */
    struct batch *batch = scratch_begin(&scratch);
    memset(model->cells, 0, sizeof model->cells);
    memset(model->live, 0, sizeof model->live);
    for (uint32_t document = 0; document < DOCUMENTS; document++) {
        document_write(batch, model, document, &arena);
        arena_reset(&arena);
    }
    scratch_commit(batch);
    model_check(&scratch, model, &random);
    struct env_database size = {0};
    assert_int_equal(env_database(scratch.env, DB_TERM, &size), STATUS_OK);
    assert_int_equal(size.entries, 0);
    assert_int_equal(env_database(scratch.env, DB_POST, &size), STATUS_OK);
    assert_int_equal(size.entries, 0);
    arena_release(&arena);
    scratch_close(&scratch);
    free(model);
}

/* The same edits in batches of different sizes end in the same lists. */
static void batch_sizes(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 7, 100, 100000};
    uint64_t seed = seed_take();
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint64_t random = seed;
        struct model *model = memory_calloc(1, sizeof *model);
        struct scratch scratch;
        struct arena arena;
        uint32_t first = 0;
        scratch_open(&scratch);
        arena_init(&arena, 64 << 20);
        struct batch *batch = scratch_begin(&scratch);
        assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, DOCUMENTS, &first), STATUS_OK);
        for (uint32_t edit = 0; edit < 600; edit++) {
            document_edit(batch, model, random_below(&random, 300), &random, &arena, false);
            arena_reset(&arena);
            if (edit % sizes[i] == 0) {
                scratch_commit(batch);
                batch = scratch_begin(&scratch);
            }
        }
        scratch_commit(batch);
        model_check(&scratch, model, &random);
        arena_release(&arena);
        scratch_close(&scratch);
        free(model);
    }
}

/* Edits of one round to the one list: runs of puts or deletes, fewer puts from round to round, so that the list grows from the record to
 * PACKED to DENSE and all the way back, twice. */
static void one_list_edit(struct batch *batch, uint8_t *impacts, uint32_t documents, unsigned round, uint64_t *random)
{
    for (uint32_t runs = random_below(random, 8); runs > 0; runs--) {
        bool put = random_below(random, 60) > round / 2 % 60;
        uint32_t step = 1 + random_below(random, 40), count = 1 + random_below(random, 1500), document = random_below(random, documents);
        for (; count > 0 && document < documents; count--, document += 1 + random_below(random, step)) {
            uint8_t impact = put ? (uint8_t)(1 + random_below(random, 3)) : 0;
            impacts[document] = impact;
            if (put)
                posting_put(batch, TERM_CORE, "a", 1, document, impact, (struct posting_form){.several = impact == 2});
            else
                posting_del(batch, TERM_CORE, "a", 1, document);
        }
    }
}

static uint32_t one_list_check(struct snapshot *snapshot, const struct term *term, const uint8_t *impacts)
{
    struct postings postings;
    uint32_t at = 0, count = 0, blocks = 0;
    enum status status = STATUS_OK;
    postings_open(&postings, snapshot, term);
    for (; (status = postings_next(&postings)) == STATUS_OK; blocks++)
        for (unsigned i = 0; i < postings.count; i++, at++, count++) {
            while (impacts[at] == 0)
                at++;
            assert_int_equal(postings.documents[i], at);
            assert_int_equal(postings.impacts[i], impacts[at]);
            assert_int_equal(postings.forms[i], impacts[at] == 2 ? FORM_SEVERAL : 0);
        }
    assert_int_equal(status, STATUS_END);
    assert_int_equal(term->df, count);
    assert_true(blocks <= 2 + count / 20);
    postings_close(&postings);
    return at;
}

/* One list, put and deleted in runs and at random, far longer than a block: splits, merges, appends, and every way between the forms. */
static void one_list(void **state)
{
    (void)state;
    enum { LIST_DOCUMENTS = 20000, ROUNDS = 240 };
    uint64_t random = seed_take();
    uint8_t *impacts = memory_calloc(LIST_DOCUMENTS + 1, 1);
    struct scratch scratch;
    uint32_t first = 0;
    unsigned turned_dense = 0;
    bool was_dense = false;
    scratch_open(&scratch);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct batch *batch = scratch_begin(&scratch);
        if (round == 0)
            assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, LIST_DOCUMENTS, &first), STATUS_OK);
        one_list_edit(batch, impacts, LIST_DOCUMENTS, round, &random);
        scratch_commit(batch);
        struct snapshot *snapshot = scratch_read(&scratch);
        struct term term = {0};
        uint32_t at = 0;
        enum status status = term_get(snapshot, TERM_CORE, "a", 1, &term);
        if (status == STATUS_OK)
            at = one_list_check(snapshot, &term, impacts);
        while (at < LIST_DOCUMENTS && impacts[at] == 0)
            at++;
        assert_int_equal(at, LIST_DOCUMENTS);
        /* The bounds of the forms, with their hysteresis. */
        assert_true(!term.is_dense || term.df >= LIST_DOCUMENTS / 24);
        assert_true(term.is_dense || term.df < LIST_DOCUMENTS / 16);
        turned_dense += term.is_dense && !was_dense;
        was_dense = term.is_dense;
        snapshot_close(snapshot);
    }
    assert_true(turned_dense >= 1);
    free(impacts);
    scratch_close(&scratch);
}

/* Two lists have the same blocks to the last byte. */
static void lists_are_same(struct snapshot *snapshot, const char *a, const char *b)
{
    struct term terms[2];
    struct postings postings[2];
    const char *const words[2] = {a, b};
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(term_get(snapshot, TERM_CORE, words[i], strlen(words[i]), &terms[i]), STATUS_OK);
        assert_true(terms[i].is_dense);
        postings_open(&postings[i], snapshot, &terms[i]);
    }
    for (uint32_t next = 0;;) {
        struct postings_window windows[2] = {{0}, {0}};
        enum status status = postings_window(&postings[0], next, &windows[0]);
        assert_int_equal(postings_window(&postings[1], next, &windows[1]), status);
        if (status == STATUS_END)
            break;
        assert_int_equal(windows[0].count, windows[1].count);
        for (unsigned piece = 0; piece < windows[0].count; piece++) {
            const struct dense *x = &windows[0].blocks[piece], *y = &windows[1].blocks[piece];
            assert_int_equal(x->first, y->first);
            assert_int_equal(x->word_count, y->word_count);
            assert_int_equal(x->count, y->count);
            assert_int_equal(x->impact_max, y->impact_max);
            assert_int_equal(x->forms_equal, y->forms_equal);
            assert_int_equal(x->impacts == NULL, y->impacts == NULL);
            assert_memory_equal(x->words, y->words, (size_t)(x->forms - x->words) + (x->forms_equal ? 1 : x->count));
        }
        next = windows[0].window + 1;
    }
    postings_close(&postings[0]);
    postings_close(&postings[1]);
}

/* Impacts and forms replaced where they lie give the blocks that the same postings give when they are put at once. What a round draws from
 * makes blocks turn from one impact or form for all to one for each and back. */
static void replaced_in_place(void **state)
{
    (void)state;
    enum { N = 9000, ROUNDS = 80 };
    uint64_t random = seed_take();
    uint8_t *impacts = memory_calloc(N, 1);
    struct scratch scratch;
    uint32_t first = 0;
    scratch_open(&scratch);
    for (unsigned round = 0; round < ROUNDS; round++) {
        char whole[16];
        struct batch *batch = scratch_begin(&scratch);
        uint32_t spread = 1 + random_below(&random, 3) * 100, edits = round % 4 == 0 ? N : 1 + random_below(&random, 40);
        uint32_t from = round % 4 == 0 ? 0 : random_below(&random, N);
        if (round == 0)
            assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, N, &first), STATUS_OK);
        for (uint32_t i = 0; i < edits; i++) {
            uint32_t document = (from + i) % N;
            if (impacts[document] == 0 && (round % 8 != 0 || random_below(&random, 3) == 0))
                continue;
            bool gone = round % 5 == 3 && random_below(&random, 30) == 0;
            impacts[document] = gone ? 0 : (uint8_t)(5 + random_below(&random, spread));
            if (gone)
                posting_del(batch, TERM_CORE, "a", 1, document);
            else
                posting_put(batch, TERM_CORE, "a", 1, document, impacts[document],
                            (struct posting_form){.several = impacts[document] % 64 == 7});
        }
        snprintf(whole, sizeof whole, "b%u", round);
        for (uint32_t document = 0; document < N; document++)
            if (impacts[document] > 0)
                posting_put(batch, TERM_CORE, whole, strlen(whole), document, impacts[document],
                            (struct posting_form){.several = impacts[document] % 64 == 7});
        scratch_commit(batch);
        struct snapshot *snapshot = scratch_read(&scratch);
        lists_are_same(snapshot, "a", whole);
        snapshot_close(snapshot);
    }
    free(impacts);
    scratch_close(&scratch);
}

/* A list that gains and loses one document at the bounds between the forms. */
static void form_bounds(void **state)
{
    (void)state;
    enum { N = 4800, FROM = N / 16, UNTIL = N / 24 };
    struct scratch scratch;
    uint32_t first = 0;
    scratch_open(&scratch);
    static const struct {
        uint32_t from, to; /* how many documents the list has before and after */
        bool is_dense;
    } steps[] = {{0, FROM - 1, false},
                 {FROM - 1, FROM, true},
                 {FROM, UNTIL, true},
                 {UNTIL, UNTIL - 1, false},
                 {UNTIL - 1, FROM - 1, false},
                 {FROM - 1, N, true},
                 {N, 20, false},
                 {20, N, true},
                 {N, 0, false}};
    for (unsigned i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct batch *batch = scratch_begin(&scratch);
        if (i == 0)
            assert_int_equal(batch_take(batch, COUNTER_DOCUMENT, N, &first), STATUS_OK);
        for (uint32_t document = steps[i].from; document < steps[i].to; document++)
            posting_put(batch, TERM_BODY, "a", 1, document * 7 % N, 1, (struct posting_form){0});
        for (uint32_t document = steps[i].to; document < steps[i].from; document++)
            posting_del(batch, TERM_BODY, "a", 1, document * 7 % N);
        scratch_commit(batch);
        struct snapshot *snapshot = scratch_read(&scratch);
        struct term term = {0};
        assert_int_equal(term_get(snapshot, TERM_BODY, "a", 1, &term), steps[i].to > 0 ? STATUS_OK : STATUS_NOT_FOUND);
        assert_int_equal(term.df, steps[i].to);
        assert_int_equal(term.is_dense, steps[i].is_dense);
        assert_int_equal(term.has_blocks, steps[i].to > TERM_INLINE_MAX);
        snapshot_close(snapshot);
    }
    struct env_database size = {0};
    assert_int_equal(env_database(scratch.env, DB_POST, &size), STATUS_OK);
    assert_int_equal(size.entries, 0);
    scratch_close(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_edits), cmocka_unit_test(batch_sizes), cmocka_unit_test(one_list),
                                       cmocka_unit_test(replaced_in_place), cmocka_unit_test(form_bounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
