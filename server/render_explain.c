/* {"product":{"id","name"},"verdict":"hit" | "absent" | "inactive" | "words" | "signs" | "filters" | "hidden","place","total",
 *  "search":{"text","zone","level","rung","literal","understood":[...]},
 *  "words":[{"text","role","known","met"}],
 *  "edges":[{"text","kind","term","written","zone","band","bandName","impact","worth","points","documents"}],
 *  "pairs":[{"words","worth","impact","points"}],
 *  "pinned",
 *  "rank":{"value","band","bandName","tier","inStock","score","text","pairs","prior","brand","category","rules","shelf"},   null: it has none
 *  "rules":[{"id","action","place","points"}],
 *  "filters":[{"name","fromWords","passes"}],"apart",
 *  "blockers":[{"kind","text","filter","alone"}],"together","later":{"level","zone"}}
 *
 * place null: no hit, or behind EXPLAIN_PLACES_MAX. By another order than relevance the rank has its value alone, a text: it passes what a
 * double holds. Edges of the kind "description" have no band. */
#include "server/render_explain.h"

#include <inttypes.h>
#include <stdio.h>

#include "query/words.h"
#include "server/render_understood.h"

static void literal_put(struct json_writer *json, const char *key, const char *literal)
{
    json_put_key(json, key);
    json_put_literal(json, literal);
}

static void number_put(struct json_writer *json, const char *key, int64_t value)
{
    json_put_key(json, key);
    json_put_number(json, value);
}

static void boolean_put(struct json_writer *json, const char *key, bool value)
{
    json_put_key(json, key);
    json_put_boolean(json, value);
}

static void search_put(struct json_writer *json, const struct search_request *request, const struct explanation *why)
{
    json_put_key(json, "search");
    json_begin_object(json);
    json_put_key(json, "text");
    json_put_text(json, request->text);
    literal_put(json, "zone", why->result.zone);
    literal_put(json, "level", why->result.level);
    literal_put(json, "rung", why->rung);
    boolean_put(json, "literal", why->result.use == USE_NONE);
    json_put_key(json, "understood");
    understood_render(json, &why->result);
    json_end_object(json);
}

static void words_put(struct json_writer *json, const struct explanation *why)
{
    json_put_key(json, "words");
    json_begin_array(json);
    for (unsigned i = 0; i < why->word_count; i++) {
        json_begin_object(json);
        json_put_text_member(json, "text", why->words[i].typed);
        literal_put(json, "role", word_role_name(why->words[i].word));
        literal_put(json, "known", word_known_name(why->words[i].word));
        boolean_put(json, "met", why->words[i].met);
        json_end_object(json);
    }
    json_end_array(json);
}

static void edges_put(struct json_writer *json, const struct explanation *why)
{
    json_put_key(json, "edges");
    json_begin_array(json);
    for (unsigned i = 0; i < why->edge_count; i++) {
        const struct explained_edge *edge = &why->edges[i];
        json_begin_object(json);
        json_put_text_member(json, "text", explained_text(why, edge));
        literal_put(json, "kind", edge->kind);
        json_put_text_member(json, "term", edge->term);
        json_put_text_member(json, "written", edge->form);
        literal_put(json, "zone", edge->zone);
        json_put_key(json, "band");
        edge->band == BAND_NONE ? json_put_null(json) : json_put_number(json, edge->band);
        json_put_key(json, "bandName");
        edge->band == BAND_NONE ? json_put_null(json) : json_put_literal(json, band_name(edge->band));
        number_put(json, "impact", edge->impact);
        number_put(json, "worth", edge->worth);
        number_put(json, "points", (int64_t)edge->worth * edge->impact);
        number_put(json, "documents", edge->df);
        json_end_object(json);
    }
    json_end_array(json);
    json_put_key(json, "pairs");
    json_begin_array(json);
    for (unsigned i = 0; i < why->pair_count; i++) {
        json_begin_object(json);
        json_put_text_member(json, "words", why->pairs[i].key);
        number_put(json, "worth", why->pairs[i].worth);
        number_put(json, "impact", why->pairs[i].impact);
        number_put(json, "points", why->pairs[i].points);
        json_end_object(json);
    }
    json_end_array(json);
}

static void rank_put(struct json_writer *json, const struct explanation *why)
{
    const struct explained_rank *rank = &why->rank;
    char value[24];
    json_put_key(json, "rank");
    if (!why->ranked) {
        json_put_null(json);
        return;
    }
    snprintf(value, sizeof value, "%" PRIu64, rank->rank);
    json_begin_object(json);
    literal_put(json, "value", value);
    if (why->sort == SORT_RELEVANCE) {
        number_put(json, "band", rank->band);
        literal_put(json, "bandName", band_name(rank->band));
        number_put(json, "tier", rank->tier);
        boolean_put(json, "inStock", rank->in_stock);
        number_put(json, "score", rank->score);
        number_put(json, "text", rank->text);
        number_put(json, "pairs", rank->pairs);
        number_put(json, "prior", rank->prior);
        number_put(json, "brand", rank->brand_boost);
        number_put(json, "category", rank->category_boost);
        number_put(json, "rules", rank->rule_boost);
        number_put(json, "shelf", -(int64_t)rank->shelf);
    }
    json_end_object(json);
}

static void rules_put(struct json_writer *json, const struct explanation *why)
{
    json_put_key(json, "rules");
    json_begin_array(json);
    for (unsigned i = 0; i < why->rule_count; i++) {
        const struct explained_rule *rule = &why->rules[i];
        json_begin_object(json);
        json_put_text_member(json, "id", rule->id);
        literal_put(json, "action", rule->action);
        json_put_key(json, "place");
        rule->place > 0 ? json_put_number(json, rule->place) : json_put_null(json);
        number_put(json, "points", rule->points);
        json_end_object(json);
    }
    json_end_array(json);
}

static void filter_name_put(struct json_writer *json, const char *key, const char *name, struct bytes spec)
{
    struct buffer full = {0};
    buffer_append_text(&full, name);
    if (spec.size > 0) {
        buffer_append_char(&full, '.');
        buffer_append(&full, spec.data, spec.size);
    }
    json_put_text_member(json, key, (struct bytes){full.data, full.size});
    buffer_release(&full);
}

static void filters_put(struct json_writer *json, const struct explanation *why)
{
    json_put_key(json, "filters");
    json_begin_array(json);
    for (unsigned i = 0; i < why->filter_count; i++) {
        json_begin_object(json);
        filter_name_put(json, "name", why->filters[i].name, why->filters[i].spec);
        boolean_put(json, "fromWords", why->filters[i].from_words);
        boolean_put(json, "passes", why->filters[i].passes);
        json_end_object(json);
    }
    json_end_array(json);
    boolean_put(json, "apart", why->apart);
}

static void blockers_put(struct json_writer *json, const struct explanation *why)
{
    json_put_key(json, "blockers");
    json_begin_array(json);
    for (unsigned i = 0; i < why->blocker_count; i++) {
        const struct blocker *blocker = &why->blockers[i];
        json_begin_object(json);
        literal_put(json, "kind", blocker_kind_name((enum blocker_kind)blocker->kind));
        json_put_text_member(json, "text", blocker->text);
        if (blocker->filter != NULL)
            filter_name_put(json, "filter", blocker->filter, blocker->spec);
        boolean_put(json, "alone", blocker->alone);
        json_end_object(json);
    }
    json_end_array(json);
    number_put(json, "together", why->together);
    json_put_key(json, "later");
    if (why->later_level == NULL) {
        json_put_null(json);
        return;
    }
    json_begin_object(json);
    literal_put(json, "level", why->later_level);
    literal_put(json, "zone", why->later_zone);
    json_end_object(json);
}

void explain_render(const struct search_request *request, struct bytes product, const struct explanation *why, struct buffer *out)
{
    struct json_writer json = {.out = out};
    json_begin_object(&json);
    json_put_key(&json, "product");
    json_begin_object(&json);
    json_put_text_member(&json, "id", product);
    json_put_text_member(&json, "name", why->name);
    json_end_object(&json);
    literal_put(&json, "verdict", verdict_name(why->verdict));
    json_put_key(&json, "place");
    why->place > 0 ? json_put_number(&json, why->place) : json_put_null(&json);
    number_put(&json, "total", (int64_t)why->result.total);
    search_put(&json, request, why);
    words_put(&json, why);
    edges_put(&json, why);
    boolean_put(&json, "pinned", why->pinned);
    rank_put(&json, why);
    rules_put(&json, why);
    filters_put(&json, why);
    blockers_put(&json, why);
    json_end_object(&json);
}
