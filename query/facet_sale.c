/* How many of the found products show a sale price below their price. */
#include "query/facet_choice.h"

static enum status sale_count(const struct facet_context *context, void *counters, const uint64_t *documents)
{
    struct choice_counters *sales = counters;
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    for (uint32_t next = 0; (status = columns_next(context->columns, SLOT_OFFER, documents, &next, &part)) == STATUS_OK;) {
        if (part->chunk.min[OFFER_SALE] > part->chunk.max[OFFER_SALE])
            continue;
        const uint32_t *prices = part_u32(part, OFFER_PRICE), *values = part_u32(part, OFFER_SALE);
        for (uint32_t word = part->first >> 6; word <= (part->end - 1) >> 6; word++)
            for (uint64_t rest = window_within(documents, word, part->first, part->end); rest != 0; rest &= rest - 1) {
                uint32_t at = word * 64 + (unsigned)__builtin_ctzll(rest) - part->first;
                sales->yes += values[at] < prices[at] && prices[at] != VALUE_UNKNOWN;
            }
    }
    sales->all += window_count(documents);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status sale_finish(const struct facet_context *context, void *counters, struct facet_result *out)
{
    return choice_finish(context, counters, (struct bytes){"Đang giảm giá", sizeof "Đang giảm giá" - 1},
                         (struct bytes){"Không giảm giá", sizeof "Không giảm giá" - 1}, context->request->on_sale, out);
}

const struct facet_kind facet_sale = {"sale", AXIS_SALE, choice_open, sale_count, sale_finish, false};
