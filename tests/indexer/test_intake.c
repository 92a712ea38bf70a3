/* Transactions to flushes: what is skipped, what is flushed together, slices of large transactions and their resumption. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "indexer/intake.h"
#include "tests/indexer/recording_apply.h"
#include "tests/indexer/wire.h"

enum { BRANDS = 501, OTHER = 502 };

struct fixture {
    struct schema schema;
    struct intake_options options;
    struct apply *apply;
    struct intake *intake;
    struct buffer wire;
    struct error error;
};

static void open_intake(struct fixture *fixture, const struct position *stored)
{
    intake_free(fixture->intake);
    assert_int_equal(apply_new(NULL, NULL, &fixture->apply, NULL), STATUS_OK);
    fixture->intake = intake_new(&fixture->options, fixture->apply, stored);
}

static int set_up(void **state)
{
    struct fixture *fixture = memory_calloc(1, sizeof *fixture);
    schema_init(&fixture->schema);
    fixture->options = (struct intake_options){&fixture->schema, 2000, 60000, 5};
    struct position stored = {.lsn = 100, .system_id = 7, .timeline = 1, .slot = "s"};
    open_intake(fixture, &stored);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    intake_free(fixture->intake);
    buffer_release(&fixture->wire);
    free(fixture);
    recording_release();
    return 0;
}

static enum status take(struct fixture *fixture)
{
    return intake_take(fixture->intake, wire_bytes(&fixture->wire), &fixture->error);
}

static void take_ok(struct fixture *fixture)
{
    enum status status = take(fixture);
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), fixture->error.text);
}

static void begin(struct fixture *fixture, uint64_t final_lsn)
{
    static const char *const columns[] = {"id", "name", "slug", NULL};
    wire_begin(&fixture->wire, final_lsn);
    take_ok(fixture);
    wire_relation(&fixture->wire, BRANDS, "public", "brands", 'd', columns);
    take_ok(fixture);
    wire_relation(&fixture->wire, OTHER, "public", "orders", 'd', columns);
    take_ok(fixture);
}

static void insert(struct fixture *fixture, uint32_t oid, unsigned number)
{
    char text[16];
    snprintf(text, sizeof text, "%u", number);
    const char *const row[] = {text, "n", "s"};
    wire_insert(&fixture->wire, oid, 3, row);
    take_ok(fixture);
}

static void commit(struct fixture *fixture, uint64_t final_lsn)
{
    wire_commit(&fixture->wire, final_lsn, final_lsn + 10);
    take_ok(fixture);
}

static void idle(struct fixture *fixture, bool store_now)
{
    assert_int_equal(intake_idle(fixture->intake, store_now, &fixture->error), STATUS_OK);
}

static uint64_t durable(const struct fixture *fixture)
{
    return intake_durable(fixture->intake)->lsn;
}

static void one_change_is_flushed_when_idle(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture, 150);
    insert(fixture, BRANDS, 1);
    idle(fixture, true); /* inside the transaction nothing may show */
    assert_int_equal(recording.flushes, 0);
    commit(fixture, 150);
    assert_int_equal(recording.flushes, 0);
    assert_int_equal(durable(fixture), 100);
    idle(fixture, false);
    assert_int_equal(recording.flushes, 1);
    assert_int_equal(durable(fixture), 160);
    assert_int_equal(recording.position.lsn, 160);
    assert_int_equal(recording.position.system_id, 7);
    assert_string_equal(recording_text(), "insert brand 1|n|s; ");
    assert_true(recording.time_us == 946684801000000);
    idle(fixture, true);
    assert_int_equal(recording.flushes, 1);
}

static void a_full_batch_is_flushed_at_the_end_of_a_transaction(void **state)
{
    struct fixture *fixture = *state;
    fixture->options.batch_changes = 3;
    fixture->options.transaction_rows_max = 100;
    struct position stored = {.lsn = 100};
    open_intake(fixture, &stored);
    for (unsigned n = 0; n < 2; n++) {
        begin(fixture, 200 + n * 20);
        insert(fixture, BRANDS, 1);
        if (n == 1)
            insert(fixture, BRANDS, 2);
        assert_int_equal(recording.flushes, 0);
        commit(fixture, 200 + n * 20);
    }
    assert_int_equal(recording.flushes, 1);
    assert_int_equal(durable(fixture), 230);
}

static void an_old_batch_is_flushed_at_the_end_of_a_transaction(void **state)
{
    struct fixture *fixture = *state;
    fixture->options.batch_ms = 0;
    struct position stored = {.lsn = 100};
    open_intake(fixture, &stored);
    begin(fixture, 200);
    insert(fixture, BRANDS, 1);
    commit(fixture, 200);
    assert_int_equal(recording.flushes, 1);
}

static void what_is_known_is_skipped(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture, 99);
    insert(fixture, BRANDS, 1);
    commit(fixture, 99);
    begin(fixture, 100); /* the stored LSN is where this one begins to count */
    insert(fixture, BRANDS, 2);
    commit(fixture, 100);
    idle(fixture, false);
    assert_string_equal(recording_text(), "insert brand 2|n|s; ");
    assert_int_equal(intake_counts(fixture->intake).skipped, 1);
    assert_int_equal(intake_counts(fixture->intake).transactions, 1);
}

static void tables_of_others_are_counted(void **state)
{
    struct fixture *fixture = *state;
    static const uint32_t oids[] = {OTHER, BRANDS};
    begin(fixture, 150);
    insert(fixture, OTHER, 1);
    wire_truncate(&fixture->wire, 2, oids);
    take_ok(fixture);
    commit(fixture, 150);
    idle(fixture, false);
    assert_string_equal(recording_text(), "truncate brand; ");
    assert_int_equal(intake_counts(fixture->intake).ignored, 2);
}

static void a_rejected_row_does_not_stop_the_stream(void **state)
{
    struct fixture *fixture = *state;
    recording.reject_key = "2";
    begin(fixture, 150);
    for (unsigned n = 1; n <= 3; n++)
        insert(fixture, BRANDS, n);
    commit(fixture, 150);
    idle(fixture, false);
    assert_string_equal(recording_text(), "insert brand 1|n|s; insert brand 3|n|s; ");
    assert_int_equal(intake_counts(fixture->intake).rejected, 1);
    assert_int_equal(durable(fixture), 160);
}

static void at_the_bound_a_transaction_is_whole(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture, 150);
    for (unsigned n = 0; n < 5; n++)
        insert(fixture, BRANDS, n);
    assert_int_equal(recording.flushes, 0);
    commit(fixture, 150);
    idle(fixture, false);
    assert_int_equal(recording.flushes, 1);
    assert_int_equal(recording.position.partial_lsn, 0);
}

static void past_the_bound_it_goes_in_slices(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture, 150);
    for (unsigned n = 0; n < 12; n++)
        insert(fixture, n % 3 == 0 ? OTHER : BRANDS, n);
    assert_int_equal(recording.flushes, 2);
    assert_int_equal(durable(fixture), 100); /* all that may be confirmed */
    assert_int_equal(recording.position.lsn, 100);
    assert_int_equal(recording.position.partial_lsn, 150);
    assert_int_equal(recording.position.partial_rows, 10);
    commit(fixture, 150);
    idle(fixture, false);
    assert_int_equal(recording.position.lsn, 160);
    assert_int_equal(recording.position.partial_lsn, 0);
    assert_int_equal(recording.position.partial_rows, 0);
}

/* Cut after every number of messages; the next process must bring each row in exactly once. */
static void a_cut_anywhere_is_resumed(void **state)
{
    struct fixture *fixture = *state;
    struct buffer whole = {0};
    for (unsigned n = 0; n < 23; n++)
        if (n % 3 != 0)
            buffer_print(&whole, "insert brand %u|n|s; ", n);
    for (unsigned cut = 0; cut <= 23; cut++) {
        recording_release();
        struct position stored = {.lsn = 100};
        recording.position = stored;
        open_intake(fixture, &stored);
        begin(fixture, 150);
        for (unsigned n = 0; n < cut; n++)
            insert(fixture, n % 3 == 0 ? OTHER : BRANDS, n);
        stored = recording.position; /* the process dies here */
        open_intake(fixture, &stored);
        intake_keepalive(fixture->intake, 140);
        idle(fixture, true);
        begin(fixture, 150);
        for (unsigned n = 0; n < 23; n++)
            insert(fixture, n % 3 == 0 ? OTHER : BRANDS, n);
        commit(fixture, 150);
        idle(fixture, false);
        buffer_append_char(&whole, '\0');
        whole.size--;
        assert_string_equal(recording_text(), whole.data);
        assert_int_equal(recording.position.lsn, 160);
    }
    buffer_release(&whole);
}

static void a_partial_transaction_must_come_again(void **state)
{
    struct fixture *fixture = *state;
    struct position stored = {.lsn = 100, .partial_lsn = 150, .partial_rows = 2};
    open_intake(fixture, &stored);
    wire_begin(&fixture->wire, 151);
    assert_int_equal(take(fixture), STATUS_MISMATCH);
    open_intake(fixture, &stored);
    begin(fixture, 150);
    insert(fixture, BRANDS, 1);
    wire_commit(&fixture->wire, 150, 160);
    assert_int_equal(take(fixture), STATUS_MISMATCH);
}

static void idle_positions_are_stored_before_they_are_confirmed(void **state)
{
    struct fixture *fixture = *state;
    intake_keepalive(fixture->intake, 500);
    assert_int_equal(intake_received_lsn(fixture->intake), 500);
    assert_int_equal(durable(fixture), 100);
    idle(fixture, false); /* not yet rested */
    assert_int_equal(durable(fixture), 100);
    idle(fixture, true);
    assert_int_equal(durable(fixture), 500);
    assert_int_equal(recording.position.lsn, 500);
    intake_keepalive(fixture->intake, 400); /* never back */
    idle(fixture, true);
    assert_int_equal(durable(fixture), 500);
    assert_int_equal(intake_received_lsn(fixture->intake), 500);
}

static void a_keepalive_inside_a_transaction_moves_nothing(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture, 150);
    intake_keepalive(fixture->intake, 400);
    insert(fixture, BRANDS, 1);
    commit(fixture, 150);
    idle(fixture, true);
    assert_int_equal(durable(fixture), 160);
    struct position partial = {.lsn = 100, .partial_lsn = 150, .partial_rows = 2};
    open_intake(fixture, &partial);
    intake_keepalive(fixture->intake, 140);
    idle(fixture, true);
    assert_int_equal(durable(fixture), 100);
}

static void the_queue_is_drained_when_idle(void **state)
{
    struct fixture *fixture = *state;
    recording.queue = 2;
    begin(fixture, 150);
    assert_false(intake_has_queue(fixture->intake));
    idle(fixture, false);
    assert_int_equal(recording.flushes, 0);
    commit(fixture, 150);
    assert_true(intake_has_queue(fixture->intake));
    idle(fixture, false);
    idle(fixture, false);
    assert_int_equal(recording.flushes, 2);
    assert_false(intake_has_queue(fixture->intake));
}

static void messages_out_of_order_are_corrupt(void **state)
{
    struct fixture *fixture = *state;
    static const char *const row[] = {"1", "n", "s"};
    wire_insert(&fixture->wire, BRANDS, 3, row);
    assert_int_equal(take(fixture), STATUS_CORRUPT);
    wire_commit(&fixture->wire, 150, 160);
    assert_int_equal(take(fixture), STATUS_CORRUPT);
    begin(fixture, 150);
    wire_begin(&fixture->wire, 170);
    assert_int_equal(take(fixture), STATUS_CORRUPT);
    wire_commit(&fixture->wire, 151, 160);
    assert_int_equal(take(fixture), STATUS_CORRUPT);
}

static void a_failed_flush_is_passed_on(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture, 150);
    insert(fixture, BRANDS, 1);
    commit(fixture, 150);
    recording.fail_flush = STATUS_FULL;
    assert_int_equal(intake_idle(fixture->intake, false, &fixture->error), STATUS_FULL);
    assert_int_equal(durable(fixture), 100);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(one_change_is_flushed_when_idle),
        CASE(a_full_batch_is_flushed_at_the_end_of_a_transaction),
        CASE(an_old_batch_is_flushed_at_the_end_of_a_transaction),
        CASE(what_is_known_is_skipped),
        CASE(tables_of_others_are_counted),
        CASE(a_rejected_row_does_not_stop_the_stream),
        CASE(at_the_bound_a_transaction_is_whole),
        CASE(past_the_bound_it_goes_in_slices),
        CASE(a_cut_anywhere_is_resumed),
        CASE(a_partial_transaction_must_come_again),
        CASE(idle_positions_are_stored_before_they_are_confirmed),
        CASE(a_keepalive_inside_a_transaction_moves_nothing),
        CASE(the_queue_is_drained_when_idle),
        CASE(messages_out_of_order_are_corrupt),
        CASE(a_failed_flush_is_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
