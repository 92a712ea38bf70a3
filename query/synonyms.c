#include "query/synonyms.h"

#include <assert.h>
#include <string.h>

#include "catalog/document.h"
#include "catalog/field.h"
#include "catalog/synonym.h"
#include "storage/mirror.h"

enum { OURS_MAX = 64, HITS_MAX = SYNONYM_WORDS_MAX * SYNONYM_ROWS_MAX + OURS_MAX };

/* What is asked, and what is found so far. */
struct finding {
    struct synonyms *synonyms;
    struct synonym_words typed;
    struct lexicon_hit hits[HITS_MAX];
    unsigned count;
    struct off {
        unsigned words;
        struct bytes value; /* folded; of size 0: all of them */
    } offs[SYNONYM_ROWS_MAX];
    unsigned off_count;
};

enum status synonyms_open(struct synonyms *synonyms, struct snapshot *snapshot, const struct analyzer *analyzer, struct arena *arena)
{
    *synonyms = (struct synonyms){.snapshot = snapshot, .analyzer = analyzer, .arena = arena};
    return mirror_any(snapshot, TABLE_SYNONYM, arena, &synonyms->any);
}

static struct bytes word_folded(const struct token *word)
{
    return (struct bytes){word->folded, word->folded_size};
}

static struct bytes word_exact(const struct token *word)
{
    return (struct bytes){word->exact, word->exact_size};
}

/* How the first words typed relate to a phrase; CONTRADICT also when they are other words. */
static enum marks phrase_marks(const struct synonym_words *typed, const struct synonym_words *phrase)
{
    bool marked = false, missing = false;
    if (phrase->more || phrase->count > typed->count)
        return MARKS_CONTRADICT;
    for (unsigned i = 0; i < phrase->count; i++) {
        struct bytes one = word_exact(typed->words[i]), other = word_exact(phrase->words[i]);
        if (!bytes_equal(word_folded(typed->words[i]), word_folded(phrase->words[i])))
            return MARKS_CONTRADICT;
        bool bare = bytes_equal(one, word_folded(typed->words[i])), same = bytes_equal(one, other);
        if (!same && !bare && marks_compare(one.data, one.size, other.data, other.size) == MARKS_CONTRADICT)
            return MARKS_CONTRADICT;
        marked = marked || !bare;
        missing = missing || !same;
    }
    return !missing ? MARKS_EXACT : marked ? MARKS_SUBSET : MARKS_BARE;
}

static enum status off_add(struct finding *finding, unsigned words, struct bytes value)
{
    struct bytes folded = {0};
    struct synonyms *synonyms = finding->synonyms;
    enum status status = fold_text(synonyms->analyzer, value.data, value.size, synonyms->arena, &folded);
    if (status == STATUS_OK && finding->off_count < SYNONYM_ROWS_MAX)
        finding->offs[finding->off_count++] = (struct off){words, folded};
    return status;
}

/* The phrase was typed, so the row says `value`. */
static enum status value_add(struct finding *finding, enum synonym_kind kind, const struct synonym_words *phrase, enum marks marks,
                             struct bytes value)
{
    if (kind == SYNONYM_OFF)
        return off_add(finding, phrase->count, value);
    struct synonyms *synonyms = finding->synonyms;
    struct token_list *tokens = arena_calloc(synonyms->arena, 1, sizeof *tokens);
    const char *copy = arena_copy(synonyms->arena, value.data, value.size);
    if (tokens == NULL || copy == NULL)
        return STATUS_LIMIT;
    enum status status = analyze(synonyms->analyzer, copy, value.size, synonyms->arena, tokens);
    if (status != STATUS_OK || tokens->positions == 0 || tokens->positions > SYNONYM_WORDS_MAX || finding->count == HITS_MAX)
        return status;
    finding->hits[finding->count++] = (struct lexicon_hit){
        .list = kind == SYNONYM_ABBREVIATION ? LEXICON_ABBREVIATIONS : LEXICON_SYNONYMS,
        .marks = (uint8_t)marks,
        .words = (uint16_t)phrase->count,
        .value = {copy, value.size},
        .tokens = tokens,
    };
    return STATUS_OK;
}

/* One side of a row: the phrase of `typed_column`, if that is what was typed, stands for the other column. */
static enum status side_add(struct finding *finding, const struct row *row, enum synonym_kind kind, unsigned typed_column, unsigned words,
                            unsigned value_column)
{
    struct synonyms *synonyms = finding->synonyms;
    const struct cell *phrase_cell = &row->cells[typed_column], *value = &row->cells[value_column];
    struct token_list tokens = {0};
    if (phrase_cell->state != CELL_TEXT || value->state != CELL_TEXT)
        return STATUS_OK;
    enum status status = analyze(synonyms->analyzer, phrase_cell->text.data, phrase_cell->text.size, synonyms->arena, &tokens);
    if (status != STATUS_OK)
        return status;
    struct synonym_words phrase = synonym_words(&tokens, 0);
    enum marks marks = phrase_marks(&finding->typed, &phrase);
    if (phrase.count != words || marks == MARKS_CONTRADICT)
        return STATUS_OK;
    return value_add(finding, kind, &phrase, marks, value->text);
}

static enum status row_add(struct finding *finding, struct bytes id, unsigned words)
{
    struct row row;
    bool has_hot = false;
    uint16_t slot = 0;
    enum status status = row_get(finding->synonyms->snapshot, TABLE_SYNONYM, id, finding->synonyms->arena, &row, &has_hot, &slot);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
    enum synonym_kind kind = synonym_kind(&row);
    status = side_add(finding, &row, kind, SYNONYM_INPUT, words, SYNONYM_OUTPUT);
    if (status == STATUS_OK && (kind == SYNONYM_BOTH_WAYS || kind == SYNONYM_OFF))
        status = side_add(finding, &row, kind, SYNONYM_OUTPUT, words, SYNONYM_INPUT);
    return status;
}

/* The rows of the phrase that the first `words` words are. */
static enum status phrase_find(struct finding *finding, unsigned words)
{
    struct synonyms *synonyms = finding->synonyms;
    unsigned char place[SYNONYM_PLACE_BYTES];
    struct bytes *to = NULL;
    size_t count = 0;
    synonym_place(&finding->typed, words, place);
    enum status status = reverse_page(synonyms->snapshot, REVERSE_SYNONYM, word_folded(finding->typed.words[0]),
                                      (struct bytes){(const char *)place, sizeof place}, SYNONYM_ROWS_MAX, synonyms->arena, &to, &count);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (to[i].size <= sizeof place || memcmp(to[i].data, place, sizeof place) != 0)
            break;
        status = row_add(finding, (struct bytes){to[i].data + sizeof place, to[i].size - sizeof place}, words);
    }
    return status;
}

/* Goes from length to length: what comes behind the one byte of a length is the next phrase that has it or is longer. */
static enum status phrases_find(struct finding *finding)
{
    struct synonyms *synonyms = finding->synonyms;
    for (unsigned words = 1; words <= finding->typed.count; words++) {
        char length = (char)words;
        struct bytes *to = NULL;
        size_t count = 0;
        enum status status = reverse_page(synonyms->snapshot, REVERSE_SYNONYM, word_folded(finding->typed.words[0]),
                                          (struct bytes){&length, 1}, 1, synonyms->arena, &to, &count);
        if (status != STATUS_OK || count == 0)
            return status;
        words = to[0].size == 0 ? SYNONYM_WORDS_MAX + 1 : (unsigned char)to[0].data[0];
        if (words > finding->typed.count)
            return STATUS_OK;
        status = phrase_find(finding, words);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status is_off(const struct finding *finding, const struct lexicon_hit *hit, bool *off)
{
    struct bytes folded = {0};
    *off = false;
    if (finding->off_count == 0)
        return STATUS_OK;
    struct synonyms *synonyms = finding->synonyms;
    enum status status = fold_text(synonyms->analyzer, hit->value.data, hit->value.size, synonyms->arena, &folded);
    for (unsigned i = 0; i < finding->off_count && !*off; i++)
        *off = finding->offs[i].words == hit->words && (finding->offs[i].value.size == 0 || bytes_equal(finding->offs[i].value, folded));
    return status;
}

/* Behind those that are as long; a value that is there already stays where it is. */
static void hit_insert(struct finding *finding, const struct lexicon_hit *hit)
{
    for (unsigned i = 0; i < finding->count; i++)
        if (finding->hits[i].list == hit->list && finding->hits[i].words == hit->words && bytes_equal(finding->hits[i].value, hit->value))
            return;
    if (finding->count == HITS_MAX)
        return;
    unsigned at = finding->count++;
    for (; at > 0 && finding->hits[at - 1].words < hit->words; at--)
        finding->hits[at] = finding->hits[at - 1];
    finding->hits[at] = *hit;
}

static void longest_first(struct finding *finding)
{
    unsigned count = finding->count;
    finding->count = 0;
    for (unsigned i = 0; i < count; i++) {
        struct lexicon_hit hit = finding->hits[i];
        hit_insert(finding, &hit);
    }
}

static enum status ours_add(struct finding *finding, const struct token_list *tokens, uint32_t at)
{
    struct lexicon_hit ours[OURS_MAX];
    unsigned count = lexicon_find(analyzer_lexicon(finding->synonyms->analyzer), tokens, at, ours, OURS_MAX);
    for (unsigned i = 0; i < count; i++) {
        bool off = false;
        enum status status = is_off(finding, &ours[i], &off);
        if (status != STATUS_OK)
            return status;
        if (!off)
            hit_insert(finding, &ours[i]);
    }
    return STATUS_OK;
}

enum status synonyms_find(struct synonyms *synonyms, const struct token_list *tokens, uint32_t at, struct lexicon_hit *out, unsigned room,
                          unsigned *count)
{
    assert(at < tokens->count && !tokens->tokens[at].part);
    *count = 0;
    if (!synonyms->any) {
        *count = lexicon_find(analyzer_lexicon(synonyms->analyzer), tokens, at, out, room);
        return STATUS_OK;
    }
    struct finding finding;
    finding.synonyms = synonyms;
    finding.typed = synonym_words(tokens, at);
    finding.count = finding.off_count = 0;
    enum status status = phrases_find(&finding);
    longest_first(&finding);
    if (status == STATUS_OK)
        status = ours_add(&finding, tokens, at);
    if (status != STATUS_OK)
        return status;
    *count = finding.count < room ? finding.count : room;
    memcpy(out, finding.hits, *count * sizeof *out);
    return STATUS_OK;
}
