/* How many of the found products can be bought now, as their stock is shown; an unknown stock counts as in stock. */
#include "query/facet_choice.h"

static enum status stock_count(const struct facet_context *context, void *counters, const uint64_t *documents)
{
    struct choice_counters *stocks = counters;
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    uint64_t out_of_stock = 0, all = window_count(documents);
    for (uint32_t next = 0; (status = columns_next(context->columns, SLOT_OFFER, documents, &next, &part)) == STATUS_OK;) {
        if (part->chunk.min[OFFER_STOCK] > 0)
            continue;
        const uint32_t *values = part_u32(part, OFFER_STOCK);
        for (uint32_t word = part->first >> 6; word <= (part->end - 1) >> 6; word++)
            for (uint64_t rest = window_within(documents, word, part->first, part->end); rest != 0; rest &= rest - 1)
                out_of_stock += values[word * 64 + (unsigned)__builtin_ctzll(rest) - part->first] == 0;
    }
    stocks->all += all;
    stocks->yes += all - out_of_stock;
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status stock_finish(const struct facet_context *context, void *counters, struct facet_result *out)
{
    return choice_finish(context, counters, (struct bytes){"Còn hàng", sizeof "Còn hàng" - 1},
                         (struct bytes){"Hết hàng", sizeof "Hết hàng" - 1}, context->request->in_stock, out);
}

const struct facet_kind facet_stock = {"stock", AXIS_STOCK, choice_open, stock_count, stock_finish, false};
