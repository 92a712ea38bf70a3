/* The position rules as a table: where the index stands, where PostgreSQL stands, what must follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "indexer/slot.h"

struct rule {
    const char *name;
    enum position_verdict verdict;
    const char *word; /* stands in the reason */
    /* the index */
    uint64_t lsn, partial_lsn, system_id;
    uint32_t timeline;
    uint64_t source_id;
    /* the server */
    uint64_t flushed_lsn;
    /* the slot: 0 absent, 'o' ours, 'l' lost, 'p' another plugin, 'd' another database */
    char slot;
    uint64_t confirmed_lsn;
};

static const struct rule rules[] = {
    {"equal everywhere", POSITION_CONTINUE, "", 100, 0, 7, 1, 9, 100, 'o', 100},
    {"the slot is behind (a restart of PostgreSQL)", POSITION_CONTINUE, "", 100, 0, 7, 1, 9, 200, 'o', 50},
    {"the WAL has moved on", POSITION_CONTINUE, "", 100, 0, 7, 1, 9, 5000, 'o', 100},
    {"a large transaction in part", POSITION_CONTINUE, "", 100, 180, 7, 1, 9, 200, 'o', 100},
    {"the slot was confirmed further", POSITION_RESYNC, "confirmed up to 0/65", 100, 0, 7, 1, 9, 200, 'o', 101},
    {"ahead of the server by one byte", POSITION_RESYNC, "ahead", 101, 0, 7, 1, 9, 100, 'o', 50},
    {"ahead of the server in part", POSITION_RESYNC, "ahead", 90, 101, 7, 1, 9, 100, 'o', 50},
    {"far in the future", POSITION_RESYNC, "ahead", 0xF00000000, 0, 7, 1, 9, 100, 'o', 50},
    {"another timeline", POSITION_RESYNC, "timeline", 100, 0, 7, 2, 9, 200, 'o', 100},
    {"slot gone", POSITION_RESYNC, "gone", 100, 0, 7, 1, 9, 200, 0, 0},
    {"slot lost", POSITION_RESYNC, "lost", 100, 0, 7, 1, 9, 200, 'l', 100},
    {"another source", POSITION_RESYNC, "publication", 100, 0, 7, 1, 8, 200, 'o', 100},
    {"never followed a database", POSITION_RESYNC, "not made from a database", 0, 0, 0, 0, 0, 200, 0, 0},
    {"another cluster", POSITION_REFUSE, "cluster", 100, 0, 8, 1, 9, 200, 'o', 100},
    {"another cluster and no slot", POSITION_REFUSE, "cluster", 100, 0, 8, 1, 9, 200, 0, 0},
    {"somebody's physical slot", POSITION_REFUSE, "belongs", 100, 0, 7, 1, 9, 200, 'p', 100},
    {"a slot of another database", POSITION_REFUSE, "belongs", 100, 0, 7, 1, 9, 200, 'd', 100},
    {"a foreign slot before the first copy", POSITION_REFUSE, "belongs", 0, 0, 0, 0, 0, 200, 'd', 0},
};

static void check_rule(const struct rule *rule)
{
    struct position stored = {.lsn = rule->lsn,
                              .partial_lsn = rule->partial_lsn,
                              .system_id = rule->system_id,
                              .timeline = rule->timeline,
                              .source_id = rule->source_id};
    struct server_identity server = {.system_id = 7, .timeline = 1, .flushed_lsn = rule->flushed_lsn, .database = "shop"};
    struct slot_state slot = {
        .logical = rule->slot != 'p', .lost = rule->slot == 'l', .confirmed_lsn = rule->confirmed_lsn, .plugin = "pgoutput"};
    snprintf(slot.database, sizeof slot.database, "%s", rule->slot == 'd' ? "other" : "shop");
    struct position_facts facts = {
        .stored = &stored, .server = &server, .slot = rule->slot != 0 ? &slot : NULL, .slot_name = "timnhanh", .source_id = 9};
    struct error reason = {0};
    enum position_verdict verdict = position_check(&facts, &reason);
    if (verdict != rule->verdict || strstr(reason.text, rule->word) == NULL)
        fail_msg("%s: verdict %d, reason \"%s\"", rule->name, (int)verdict, reason.text);
    assert_int_equal(verdict == POSITION_CONTINUE, reason.text[0] == '\0');
}

static void position_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        check_rule(&rules[i]);
    struct server_identity server = {.system_id = 7, .timeline = 1, .flushed_lsn = 1, .database = "shop"};
    struct position_facts nothing = {.server = &server, .slot_name = "timnhanh"};
    struct error reason = {0};
    assert_int_equal(position_check(&nothing, &reason), POSITION_RESYNC);
}

static void slot_names(void **state)
{
    (void)state;
    char longest[SLOT_NAME_BYTES + 1];
    memset(longest, 'a', sizeof longest);
    longest[SLOT_NAME_BYTES - 1] = '\0';
    assert_int_equal(slot_check_name(longest, NULL), STATUS_OK);
    longest[SLOT_NAME_BYTES - 1] = 'a';
    longest[SLOT_NAME_BYTES] = '\0';
    assert_int_equal(slot_check_name(longest, NULL), STATUS_INVALID);
    assert_int_equal(slot_check_name("tim_nhanh_2", NULL), STATUS_OK);
    static const char *const wrong[] = {"", "Tim", "tim-nhanh", "tìm", "a b", "a'; DROP", "a\""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(slot_check_name(wrong[i], NULL), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(position_rules), cmocka_unit_test(slot_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
