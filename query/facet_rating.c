/* How the found products are rated, by whole stars and up: "4" counts all of at least four stars, as ratingMin=4 finds them. */
#include "query/facet.h"

enum { STARS_MAX = 5, STAR = 100 /* in hundredths, as stored */, RATINGS = STARS_MAX * STAR + 1 };

struct rating_counters {
    uint32_t stars[STARS_MAX + 2]; /* by whole stars; the last one counts what nobody has rated */
    uint8_t stars_of[RATINGS];
};

static enum status rating_open(const struct facet_context *context, struct bytes name, void **counters)
{
    (void)name;
    struct rating_counters *ratings = arena_calloc(context->arena, 1, sizeof *ratings);
    *counters = ratings;
    if (ratings == NULL)
        return STATUS_LIMIT;
    for (unsigned i = 0; i < RATINGS; i++)
        ratings->stars_of[i] = (uint8_t)(i / STAR);
    return STATUS_OK;
}

static enum status rating_count(const struct facet_context *context, void *counters, const uint64_t *documents)
{
    struct rating_counters *ratings = counters;
    const struct column_part *part = NULL;
    enum status status = STATUS_OK;
    for (uint32_t next = 0; (status = columns_next(context->columns, SLOT_FAME, documents, &next, &part)) == STATUS_OK;) {
        if (part->chunk.min[FAME_RATING] > part->chunk.max[FAME_RATING])
            continue;
        const uint16_t *values = part_u16(part, FAME_RATING);
        for (uint32_t word = part->first >> 6; word <= (part->end - 1) >> 6; word++)
            for (uint64_t rest = window_within(documents, word, part->first, part->end); rest != 0; rest &= rest - 1) {
                uint16_t rating = values[word * 64 + (unsigned)__builtin_ctzll(rest) - part->first];
                ratings->stars[rating < RATINGS ? ratings->stars_of[rating] : STARS_MAX + 1]++;
            }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status rating_finish(const struct facet_context *context, void *counters, struct facet_result *out)
{
    static const struct {
        struct bytes slug, label;
    } names[] = {
        {{"1", 1}, {"Từ 1 sao", sizeof "Từ 1 sao" - 1}}, {{"2", 1}, {"Từ 2 sao", sizeof "Từ 2 sao" - 1}},
        {{"3", 1}, {"Từ 3 sao", sizeof "Từ 3 sao" - 1}}, {{"4", 1}, {"Từ 4 sao", sizeof "Từ 4 sao" - 1}},
        {{"5", 1}, {"5 sao", sizeof "5 sao" - 1}},
    };
    const struct rating_counters *ratings = counters;
    uint64_t count = 0;
    enum status status = STATUS_OK;
    for (unsigned stars = STARS_MAX; stars > 0 && status == STATUS_OK; stars--) {
        count += ratings->stars[stars];
        bool selected = context->request->rating_min == stars * STAR;
        if (count > 0 || selected)
            status = facet_value_add(context, out, STARS_MAX,
                                     &(struct facet_value){.ordinal = stars,
                                                           .slug = names[stars - 1].slug,
                                                           .label = names[stars - 1].label,
                                                           .parent = LABEL_NO_PARENT,
                                                           .count = count,
                                                           .selected = selected});
    }
    return status;
}

const struct facet_kind facet_rating = {"rating", AXIS_RATING, rating_open, rating_count, rating_finish, false};
