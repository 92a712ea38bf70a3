#include "catalog/rule.h"

#include <jansson.h>

#include "analyzers/utf8.h"
#include "catalog/document.h"
#include "storage/bytes.h"
#include "storage/mirror.h"

_Static_assert((int)RULE_TO_BYTES_MAX <= (int)REVERSE_TO_BYTES_MAX, "a rule's key fits");

enum { SHOWN_BYTES_MAX = 40, YEAR_DIGITS = 4 };

enum { PARAM_MATCH = 1, PARAM_AT = 2, PARAM_BRAND = 4, PARAM_CATEGORY = 8, PARAM_PERCENT = 16, PARAM_URL = 32 };

/* What an action takes. */
static const struct {
    const char *name;
    enum rule_action action;
    unsigned params;
    const char *param_names;
} actions[] = {
    {"pin", RULE_PIN, PARAM_MATCH | PARAM_AT, "match and at"},
    {"hide", RULE_HIDE, PARAM_MATCH, "match"},
    {"boost", RULE_BOOST, PARAM_MATCH | PARAM_BRAND | PARAM_CATEGORY | PARAM_PERCENT, "match, brand, category and percent"},
    {"redirect", RULE_REDIRECT, PARAM_MATCH | PARAM_URL, "match and url"},
};
enum { ACTION_COUNT = sizeof actions / sizeof actions[0] };

static bool rule_is_active(const struct row *row)
{
    return cell_boolean(&row->cells[RULE_IS_ACTIVE], true);
}

static int shown(struct bytes text)
{
    return (int)utf8_cut(text.data, text.size, SHOWN_BYTES_MAX);
}

/* Seconds since 1970; what lies before is 0, what lies behind UINT32_MAX. False: no time. */
static bool moment_read(const struct cell *cell, uint32_t missing, uint32_t *out)
{
    struct bytes text = cell_text(cell);
    uint64_t seconds = cell_seconds(cell);
    unsigned year = 0, digits = 0;
    if (cell->state != CELL_TEXT || seconds != COLUMN_UNKNOWN) {
        *out = cell->state != CELL_TEXT ? missing : (uint32_t)seconds;
        return true;
    }
    for (; digits < text.size && is_digit(text.data[digits]); digits++)
        year = year > UINT16_MAX ? year : year * 10 + (unsigned)(text.data[digits] - '0');
    bool dated = digits >= YEAR_DIGITS && digits < text.size && text.data[digits] == '-';
    bool before =
        bytes_are(text, "-infinity") || (dated && (year <= 1970 || (text.size > 3 && memcmp(text.data + text.size - 3, " BC", 3) == 0)));
    bool behind = bytes_are(text, "infinity") || (dated && year > 2105);
    *out = before ? 0 : UINT32_MAX;
    return before || behind;
}

static enum status text_param(const json_t *value, const char *key, struct arena *arena, struct bytes *out, struct error *error)
{
    size_t size = json_string_length(value);
    if (!json_is_string(value) || size == 0)
        return error_set(error, STATUS_INVALID, "%s in params must be a text", key);
    const char *copy = arena_copy(arena, json_string_value(value), size);
    *out = (struct bytes){copy, size};
    return copy == NULL ? STATUS_LIMIT : STATUS_OK;
}

static enum status number_param(const json_t *value, const char *key, unsigned max, unsigned *out, struct error *error)
{
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 1 || number > (json_int_t)max)
        return error_set(error, STATUS_INVALID, "%s in params must be a whole number from 1 to %u", key, max);
    *out = (unsigned)number;
    return STATUS_OK;
}

static enum status match_param(const json_t *value, bool *contains, struct error *error)
{
    const char *match = json_is_string(value) ? json_string_value(value) : "";
    *contains = strcmp(match, "contains") == 0;
    return *contains || strcmp(match, "exact") == 0 ? STATUS_OK
                                                    : error_set(error, STATUS_INVALID, "match in params must be \"exact\" or \"contains\"");
}

/* What stands behind a scheme names a host, without a user in front of it. */
static bool host_is_sound(struct bytes rest)
{
    size_t size = 0;
    while (size < rest.size && strchr("/?#", rest.data[size]) == NULL)
        size++;
    return size > 0 && memchr(rest.data, '@', size) == NULL;
}

/* Nothing that a browser would run, or take for another site than it says. */
static bool url_is_sound(struct bytes url)
{
    static const char *const schemes[] = {"https://", "http://"};
    bool sound = url.size > 0 && url.size <= RULE_URL_BYTES_MAX;
    for (size_t i = 0; i < url.size && sound; i++)
        sound = (unsigned char)url.data[i] > ' ' && url.data[i] != 0x7F && url.data[i] != '\\';
    if (sound && url.data[0] == '/')
        return url.size == 1 || url.data[1] != '/';
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0] && sound; i++) {
        size_t size = strlen(schemes[i]);
        if (url.size > size && memcmp(url.data, schemes[i], size) == 0)
            return host_is_sound((struct bytes){url.data + size, url.size - size});
    }
    return false;
}

static enum status param_read(const char *key, const json_t *value, unsigned allowed, struct arena *arena, struct rule *rule,
                              struct error *error)
{
    static const char *const names[] = {"match", "at", "brand", "category", "percent", "url"}; /* in the order of the bits */
    unsigned bit = 0;
    while (bit < sizeof names / sizeof names[0] && strcmp(key, names[bit]) != 0)
        bit++;
    switch (bit < sizeof names / sizeof names[0] ? 1u << bit & allowed : 0) {
    case PARAM_MATCH:
        return match_param(value, &rule->contains, error);
    case PARAM_AT:
        return number_param(value, key, RULE_PLACE_MAX, &rule->place, error);
    case PARAM_BRAND:
        return text_param(value, key, arena, &rule->brand, error);
    case PARAM_CATEGORY:
        return text_param(value, key, arena, &rule->category, error);
    case PARAM_PERCENT:
        return number_param(value, key, RULE_PERCENT_MAX, &rule->percent, error);
    case PARAM_URL:
        return text_param(value, key, arena, &rule->url, error);
    default:
        return error_set(error, STATUS_INVALID, "params has \"%.40s\": %s takes %s", key, actions[rule->action].name,
                         actions[rule->action].param_names);
    }
}

static enum status params_read(const struct cell *cell, struct arena *arena, struct rule *rule, struct error *error)
{
    struct bytes text = cell_text(cell);
    const char *key = NULL;
    json_t *value = NULL;
    enum status status = STATUS_OK;
    if (text.size == 0)
        return STATUS_OK;
    json_t *object = json_loadb(text.data, text.size, 0, NULL);
    if (!json_is_object(object))
        status = error_set(error, STATUS_INVALID, "params must be a JSON object, as {\"match\":\"exact\"}");
    json_object_foreach(object, key, value)
    {
        if (status == STATUS_OK)
            status = param_read(key, value, actions[rule->action].params, arena, rule, error);
    }
    json_decref(object);
    return status;
}

/* What each action needs. */
static enum status targets_check(const struct rule *rule, struct error *error)
{
    int targets = (rule->product_id.size > 0) + (rule->brand.size > 0) + (rule->category.size > 0);
    if ((rule->action == RULE_PIN || rule->action == RULE_HIDE) && rule->product_id.size == 0)
        return error_set(error, STATUS_INVALID, "%s needs product_id", actions[rule->action].name);
    if (rule->action == RULE_BOOST && targets != 1)
        return error_set(error, STATUS_INVALID, "boost needs just one of product_id, and brand and category in params");
    if (rule->action == RULE_REDIRECT && (rule->query.size == 0 || !url_is_sound(rule->url)))
        return error_set(error, STATUS_INVALID,
                         "redirect needs a query, and in params a url of at most %d bytes that begins with http://, https:// or one /",
                         RULE_URL_BYTES_MAX);
    if (rule->contains && rule->query.size == 0)
        return error_set(error, STATUS_INVALID, "match in params needs a query");
    return STATUS_OK;
}

enum status rule_parse(const struct row *row, struct arena *arena, struct rule *out, struct error *error)
{
    struct bytes name = cell_text(&row->cells[RULE_ACTION]);
    size_t action = 0;
    while (action < ACTION_COUNT && !bytes_are(name, actions[action].name))
        action++;
    if (action == ACTION_COUNT)
        return error_set(error, STATUS_INVALID, "action is '%.*s', none of pin, hide, boost, redirect", shown(name), name.data);
    *out = (struct rule){.action = actions[action].action,
                         .id = cell_text(&row->cells[RULE_ID]),
                         .query = cell_text(&row->cells[RULE_QUERY]),
                         .category_id = cell_text(&row->cells[RULE_CATEGORY_ID]),
                         .product_id = cell_text(&row->cells[RULE_PRODUCT_ID]),
                         .place = 1,
                         .percent = RULE_PERCENT};
    if (out->id.size == 0 || out->id.size > KEY_BYTES_MAX)
        return error_set(error, STATUS_INVALID, "its primary key has %zu bytes, not 1 to %d", out->id.size, KEY_BYTES_MAX);
    if (row->cells[RULE_QUERY].state == CELL_TEXT && out->query.size == 0)
        return error_set(error, STATUS_INVALID, "query is empty: it must be NULL for a rule without one");
    if (!moment_read(&row->cells[RULE_STARTS_AT], 0, &out->start_s) || !moment_read(&row->cells[RULE_ENDS_AT], UINT32_MAX, &out->end_s))
        return error_set(error, STATUS_INVALID, "starts_at and ends_at must be timestamps");
    enum status status = params_read(&row->cells[RULE_PARAMS], arena, out, error);
    return status == STATUS_OK ? targets_check(out, error) : status;
}

/* kind, text. */
static enum status from_build(enum rule_scope scope, struct bytes text, struct arena *arena, struct bytes *from)
{
    char *bytes = arena_alloc(arena, text.size + 1);
    if (bytes == NULL)
        return STATUS_LIMIT;
    bytes[0] = (char)scope;
    if (text.size > 0)
        memcpy(bytes + 1, text.data, text.size);
    *from = (struct bytes){bytes, text.size + 1};
    return STATUS_OK;
}

enum status rule_from_category(struct bytes category_id, struct arena *arena, struct bytes *from)
{
    return from_build(RULE_FOR_CATEGORY, category_id, arena, from);
}

enum status rule_from_words(enum rule_scope scope, const struct token_list *tokens, uint32_t at, struct arena *arena, struct bytes *from)
{
    char text[RULE_WORDS_MAX * (TOKEN_BYTES_MAX + 1)];
    size_t size = 0, words = 0;
    *from = (struct bytes){0};
    for (uint32_t i = at; i < tokens->count && (words == 0 || scope == RULE_FOR_QUERY); i++) {
        const struct token *token = &tokens->tokens[i];
        if (token->part)
            continue;
        if (words++ == RULE_WORDS_MAX)
            return STATUS_OK;
        if (size > 0)
            text[size++] = ' ';
        memcpy(text + size, token->folded, token->folded_size);
        size += token->folded_size;
    }
    return size == 0 ? STATUS_OK : from_build(scope, (struct bytes){text, size}, arena, from);
}

static enum status words_key(const struct analyzer *analyzer, const struct rule *rule, struct arena *arena, struct rule_key *out,
                             struct error *error)
{
    struct token_list tokens = {0};
    enum status status = analyze(analyzer, rule->query.data, rule->query.size, arena, &tokens);
    if (status == STATUS_OK)
        status = rule_from_words(rule->contains ? RULE_FOR_WORDS : RULE_FOR_QUERY, &tokens, 0, arena, &out->from);
    if (status != STATUS_OK)
        return status;
    struct synonym_words words = synonym_words(&tokens, 0);
    if (out->from.size == 0 || (rule->contains && words.more))
        return error_set(error, STATUS_INVALID, "query must have 1 to %d words", rule->contains ? SYNONYM_WORDS_MAX : RULE_WORDS_MAX);
    if (rule->contains) {
        synonym_place(&words, words.count, out->to);
        out->to_size = SYNONYM_PLACE_BYTES;
    }
    return STATUS_OK;
}

enum status rule_key(const struct analyzer *analyzer, const struct row *row, struct arena *arena, struct rule_key *out, struct error *error)
{
    struct rule rule;
    enum status status = rule_is_active(row) ? rule_parse(row, arena, &rule, error) : STATUS_NOT_FOUND;
    *out = (struct rule_key){.to_size = 0};
    if (status != STATUS_OK)
        return status;
    if (rule.query.size > 0)
        status = words_key(analyzer, &rule, arena, out, error);
    else if (rule.category_id.size > 0)
        status = rule_from_category(rule.category_id, arena, &out->from);
    else
        status = from_build(RULE_ALWAYS, (struct bytes){0}, arena, &out->from);
    if (status != STATUS_OK)
        return status;
    key_put_u32(out->to + out->to_size, UINT32_MAX - rule.end_s);
    key_put_u32(out->to + out->to_size + 4, rule.start_s);
    memcpy(out->to + out->to_size + RULE_TIMES_BYTES, rule.id.data, rule.id.size);
    out->to_size += RULE_TIMES_BYTES + rule.id.size;
    return STATUS_OK;
}

bool rule_times_read(struct bytes to, size_t place_size, struct rule_times *out)
{
    const unsigned char *bytes = (const unsigned char *)to.data + place_size;
    if (to.size <= place_size + RULE_TIMES_BYTES || to.size > place_size + RULE_TIMES_BYTES + KEY_BYTES_MAX)
        return false;
    out->end_s = UINT32_MAX - key_get_u32(bytes);
    out->start_s = key_get_u32(bytes + 4);
    out->id = (struct bytes){to.data + place_size + RULE_TIMES_BYTES, to.size - place_size - RULE_TIMES_BYTES};
    return true;
}
