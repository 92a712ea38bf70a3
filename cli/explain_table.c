#include "cli/explain_table.h"

#include <inttypes.h>
#include <stdio.h>

#include "analyzers/utf8.h"
#include "server/render_understood.h"

enum { WORD_WIDTH = 18, KIND_WIDTH = 12, BAND_WIDTH = 13 };

/* Columns are characters, not bytes. */
static void column_print(struct bytes text, unsigned width)
{
    printf("%.*s", (int)text.size, text.data);
    for (size_t characters = utf8_count(text.data, text.size); characters < width; characters++)
        putchar(' ');
    putchar(' ');
}

static void search_print(const struct explanation *why)
{
    static const char *const used[] = {[USE_ALL] = "",
                                       [USE_NO_CATEGORY] = ", without the category as a filter: with it nothing was found",
                                       [USE_NONE] = ", literally: with what was read from the words nothing was found",
                                       [USE_NO_FILTERS] = ", without the filters that were read: with them nothing was found"};
    printf("%" PRIu64 " found, zone %s, level %s, rung %s%s\n", why->result.total, why->result.zone, why->result.level, why->rung,
           used[why->result.use]);
    for (unsigned i = 0; i < why->result.understood_count; i++) {
        const struct understood *understood = &why->result.understood[i];
        printf("  %.*s: %s (%s)\n", (int)understood->words.size, understood->words.data, understood->reading.field,
               effect_name(&understood->reading));
    }
}

static void edges_print(const struct explanation *why)
{
    printf("\n%-*s %-*s %-*s %-*s %-*s zone  impact  worth   points\n", WORD_WIDTH, "word", KIND_WIDTH, "by", WORD_WIDTH, "term",
           WORD_WIDTH, "written", BAND_WIDTH, "band");
    for (unsigned i = 0; i < why->edge_count; i++) {
        const struct explained_edge *edge = &why->edges[i];
        column_print(explained_text(why, edge), WORD_WIDTH);
        printf("%-*s ", KIND_WIDTH, edge->kind);
        column_print(edge->term, WORD_WIDTH);
        column_print(edge->form.size > 0 ? edge->form : (struct bytes){"-", 1}, WORD_WIDTH);
        if (edge->band == BAND_NONE)
            printf("%-*s ", BAND_WIDTH, "-");
        else
            printf("%2u %-*s ", edge->band, BAND_WIDTH - 3, band_name(edge->band));
        printf("%-5s %6u %6u %8u\n", edge->zone, edge->impact, edge->worth, (unsigned)edge->worth * edge->impact);
    }
    for (unsigned i = 0; i < why->word_count; i++)
        if (!why->words[i].met) {
            column_print(why->words[i].typed, WORD_WIDTH);
            printf("lacking\n");
        }
    for (unsigned i = 0; i < why->pair_count; i++) {
        column_print(why->pairs[i].key, WORD_WIDTH);
        printf("%-*s %*s %6u %6u %8u\n", KIND_WIDTH, "pair", 2 * WORD_WIDTH + BAND_WIDTH + 8, "", why->pairs[i].impact, why->pairs[i].worth,
               why->pairs[i].points);
    }
}

static void rank_print(const struct explanation *why)
{
    const struct explained_rank *rank = &why->rank;
    if (why->sort != SORT_RELEVANCE) {
        printf("\nNot ordered by relevance; the key is %" PRIu64 "\n", rank->rank);
        return;
    }
    printf("\nBand %u (%s), %s, score %u = text %u + pairs %u + prior %u + brand %u + category %u + rules %u", rank->band,
           band_name(rank->band), rank->in_stock ? "in stock" : "out of stock", rank->score, rank->text, rank->pairs, rank->prior,
           rank->brand_boost, rank->category_boost, rank->rule_boost);
    if (rank->shelf > 0)
        printf(" - empty shelf %u", rank->shelf);
    printf("\n");
}

static void rules_print(const struct explanation *why)
{
    for (unsigned i = 0; i < why->rule_count; i++) {
        const struct explained_rule *rule = &why->rules[i];
        printf("Rule %.*s: %s", (int)rule->id.size, rule->id.data, rule->action);
        if (rule->place > 0)
            printf(", to place %u", rule->place);
        if (rule->points > 0)
            printf(", %u points", rule->points);
        printf("\n");
    }
}

static void blocker_print(const struct blocker *blocker)
{
    printf("  %s", blocker_kind_name((enum blocker_kind)blocker->kind));
    if (blocker->filter != NULL)
        printf(" %s%s%.*s", blocker->filter, blocker->spec.size > 0 ? "." : "", (int)blocker->spec.size, blocker->spec.data);
    if (blocker->text.size > 0)
        printf(" \"%.*s\"", (int)blocker->text.size, blocker->text.data);
    printf("%s\n", blocker->alone ? ": without it the product would be a hit" : "");
}

static void why_not_print(const struct explanation *why)
{
    printf("\nKept out by\n");
    for (unsigned i = 0; i < why->blocker_count; i++)
        blocker_print(&why->blockers[i]);
    if (why->together > 1)
        printf("Without the first %u of these it would be a hit.\n", why->together);
    if (why->apart)
        printf("It passes each filter, but no single variant of it passes all that are about offers.\n");
    if (why->later_level != NULL)
        printf("Had less been found before, the step of level %s, zone %s would have found it.\n", why->later_level, why->later_zone);
}

void explain_table(const struct search_request *request, struct bytes product, const struct explanation *why)
{
    printf("\"%.*s\": ", (int)request->text.size, request->text.data);
    search_print(why);
    if (why->verdict == VERDICT_ABSENT) {
        printf("\nThere is no product %.*s.\n", (int)product.size, product.data);
        return;
    }
    if (why->verdict == VERDICT_INACTIVE) {
        printf("\nProduct %.*s is not sold: its status is not \"active\".\n", (int)product.size, product.data);
        return;
    }
    printf("\nProduct %.*s, %.*s: ", (int)product.size, product.data, (int)why->name.size, why->name.data);
    if (why->verdict == VERDICT_HIDDEN)
        printf("hidden by a rule\n");
    else if (why->verdict != VERDICT_HIT)
        printf("not found\n");
    else if (why->place > 0)
        printf("place %u%s\n", why->place, why->pinned ? ", pinned" : "");
    else
        printf("found, behind place %d\n", EXPLAIN_PLACES_MAX);
    edges_print(why);
    if (why->ranked)
        rank_print(why);
    rules_print(why);
    if (why->blocker_count > 0)
        why_not_print(why);
}
