/* The parameters of a search, one table row each: what it is called, how it is read, whether it may be repeated. */
#include "query/request.h"

#include <assert.h>
#include <string.h>

#include "analyzers/analyzer.h"
#include "analyzers/utf8.h"
#include "base/settings.h"
#include "catalog/field.h"
#include "catalog/spec_value.h"
#include "query/facet.h"
#include "query/understand.h"

/* Where the value goes and how to speak of it. */
struct parameter {
    const char *name; /* one that ends in '.' begins the names of a family; `set` sees the whole name */
    enum status (*set)(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error);
    uint32_t min, max; /* of a number */
    bool repeatable;
};

enum { SHOWN_BYTES_MAX = 40, RATING_MAX = 500 /* five stars */ };

/* How much of an outside text an error shows: whole characters of at most SHOWN_BYTES_MAX bytes. For the precision of "%.*s". */
static int shown_size(struct bytes text)
{
    return (int)utf8_cut(text.data, text.size, SHOWN_BYTES_MAX);
}

#define SHOWN(text) shown_size(text), (text).data

static enum status number_parse(const struct parameter *parameter, struct bytes value, uint32_t *out, struct error *error)
{
    uint64_t number = 0;
    bool whole = value.size > 0;
    for (size_t i = 0; i < value.size && whole; i++) {
        whole = is_digit(value.data[i]);
        /* Stops growing past any bound of the table, so that no number of digits overflows. */
        if (number <= UINT32_MAX)
            number = number * 10 + (uint64_t)(value.data[i] - '0');
    }
    if (!whole || number < parameter->min || number > parameter->max)
        return error_set(error, STATUS_INVALID, "%s is \"%.*s\": it must be a whole number from %u to %u", parameter->name, SHOWN(value),
                         parameter->min, parameter->max);
    *out = (uint32_t)number;
    return STATUS_OK;
}

static enum status set_text(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    if (value.size > QUERY_BYTES_MAX)
        return error_set(error, STATUS_INVALID, "%s has %zu bytes: it may have at most %d", parameter->name, value.size, QUERY_BYTES_MAX);
    request->text = value;
    return STATUS_OK;
}

static enum status slug_check(const struct parameter *parameter, struct bytes value, struct error *error)
{
    if (value.size == 0 || value.size > SLUG_BYTES_MAX)
        return error_set(error, STATUS_INVALID, "%s has %zu bytes: it must be a slug of 1 to %d bytes", parameter->name, value.size,
                         SLUG_BYTES_MAX);
    return STATUS_OK;
}

static enum status set_category(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    enum status status = slug_check(parameter, value, error);
    if (status == STATUS_OK)
        request->category = value;
    return status;
}

/* The part of a comma-separated list up to the next comma; `rest` moves behind it. */
static struct bytes list_take(struct bytes *rest)
{
    const char *comma = memchr(rest->data, ',', rest->size);
    struct bytes item = {rest->data, comma == NULL ? rest->size : (size_t)(comma - rest->data)};
    size_t taken = comma == NULL ? rest->size : item.size + 1;
    *rest = (struct bytes){rest->data + taken, rest->size - taken};
    return item;
}

/* Adds to a list without repetition. False when it is full. */
static bool list_add(struct bytes *list, unsigned *count, unsigned max, struct bytes item)
{
    for (unsigned i = 0; i < *count; i++)
        if (bytes_equal(list[i], item))
            return true;
    if (*count == max)
        return false;
    list[(*count)++] = item;
    return true;
}

static enum status set_brand(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    bool more = true;
    while (more) {
        size_t before = value.size;
        struct bytes slug = list_take(&value);
        more = slug.size < before;
        enum status status = slug_check(parameter, slug, error);
        if (status != STATUS_OK)
            return status;
        if (!list_add(request->brands, &request->brand_count, BRANDS_MAX, slug))
            return error_set(error, STATUS_INVALID, "brand is given more than %d times: at most %d brands can be selected at once",
                             BRANDS_MAX, BRANDS_MAX);
    }
    return STATUS_OK;
}

/* Every facet that all products share; of a family (specs) one says which. */
static enum status set_all_facets(struct search_request *request)
{
    for (size_t i = 0; i < facet_kind_count; i++) {
        if (facet_is_family(facet_kinds[i]))
            continue;
        struct bytes name = bytes_of(facet_kinds[i]->name);
        bool added = list_add(request->facets, &request->facet_count, FACETS_MAX, name);
        assert(added || facet_kind_count > FACETS_MAX);
    }
    return STATUS_OK;
}

static enum status set_facets(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    if (bytes_equal(value, (struct bytes){"*", 1}))
        return set_all_facets(request);
    if (bytes_equal(value, (struct bytes){"auto", 4})) {
        request->facets_auto = true;
        return set_all_facets(request);
    }
    bool more = true;
    while (more) {
        size_t before = value.size;
        struct bytes name = list_take(&value);
        more = name.size < before;
        enum status status = facet_name_check(name, error);
        if (status != STATUS_OK)
            return status;
        if (!list_add(request->facets, &request->facet_count, FACETS_MAX, name))
            return error_set(error, STATUS_INVALID, "%s names more than %d facets: at most %d can be counted at once", parameter->name,
                             FACETS_MAX, FACETS_MAX);
    }
    return STATUS_OK;
}

static enum status set_price_min(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    request->has_price_min = true;
    return number_parse(parameter, value, &request->price_min_vnd, error);
}

static enum status set_price_max(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    request->has_price_max = true;
    return number_parse(parameter, value, &request->price_max_vnd, error);
}

static enum status boolean_parse(const struct parameter *parameter, struct bytes value, bool *out, struct error *error)
{
    bool yes = bytes_equal(value, (struct bytes){"true", 4}) || bytes_equal(value, (struct bytes){"1", 1});
    bool no = bytes_equal(value, (struct bytes){"false", 5}) || bytes_equal(value, (struct bytes){"0", 1});
    if (!yes && !no)
        return error_set(error, STATUS_INVALID, "%s is \"%.*s\": it must be true or false", parameter->name, SHOWN(value));
    *out = yes;
    return STATUS_OK;
}

static enum status set_in_stock(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    return boolean_parse(parameter, value, &request->in_stock, error);
}

static enum status set_on_sale(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    return boolean_parse(parameter, value, &request->on_sale, error);
}

/* Stars, with one or two decimals or none: 4, 4.5, 4.25. */
static enum status set_rating_min(struct search_request *request, const struct parameter *parameter, struct bytes value,
                                  struct error *error)
{
    bool sound = value.size == 1 || ((value.size == 3 || value.size == 4) && value.data[1] == '.');
    unsigned hundredths = 0;
    for (size_t i = 0; i < 4 && sound; i++) {
        if (i == 1)
            continue;
        char digit = i < value.size ? value.data[i] : '0';
        sound = digit >= '0' && digit <= '9';
        hundredths = hundredths * 10 + (unsigned)(digit - '0');
    }
    if (!sound || hundredths > RATING_MAX)
        return error_set(error, STATUS_INVALID, "%s is \"%.*s\": it must be a number of stars from 0 to 5, as 4 or 4.5", parameter->name,
                         SHOWN(value));
    request->rating_min = (uint16_t)hundredths;
    return STATUS_OK;
}

/* The place of a spec's name among those selected; it is added when it is new. False when there is no room. */
static bool spec_find(struct search_request *request, struct bytes name, unsigned *out)
{
    for (*out = 0; *out < request->spec_count; ++*out)
        if (bytes_equal(request->specs[*out], name))
            return true;
    if (request->spec_count == SPECS_MAX)
        return false;
    request->specs[request->spec_count++] = name;
    return true;
}

/* number, "..", number, unit; one of the numbers may be missing. False when it is no range. */
static bool range_parse(struct bytes value, struct spec_choice *out)
{
    const char *dots = memmem(value.data, value.size, "..", 2);
    size_t low = (size_t)(dots - value.data), at = low + 2, high = at;
    while (high < value.size && (is_digit(value.data[high]) || value.data[high] == '.'))
        high++;
    struct bytes unit = {value.data + high, value.size - high};
    struct spec_number least = {0}, most = {.micros = UINT64_MAX};
    bool sound = (low > 0 || high > at) && (low == 0 || spec_micros_parse((struct bytes){value.data, low}, &least.micros)) &&
                 (high == at || spec_micros_parse((struct bytes){value.data + at, high - at}, &most.micros));
    if (sound && unit.size > 0)
        sound = spec_unit_convert(unit, least.micros, &least) && (high == at || spec_unit_convert(unit, most.micros, &most));
    *out = (struct spec_choice){
        .spec = out->spec, .is_range = true, .min_micros = least.micros, .max_micros = most.micros, .unit = least.unit};
    return sound && least.micros <= most.micros;
}

static enum status choice_parse(const struct parameter *parameter, struct bytes value, struct spec_choice *out, struct error *error)
{
    enum status status = slug_check(parameter, value, error);
    if (status != STATUS_OK)
        return status;
    if (memmem(value.data, value.size, "..", 2) == NULL)
        out->slug = value;
    else if (!range_parse(value, out))
        return error_set(error, STATUS_INVALID,
                         "%s is \"%.*s\": a range is two numbers, the lesser one first, as 8..16, 8.. or ..16gb with a known unit",
                         parameter->name, SHOWN(value));
    return STATUS_OK;
}

static enum status set_spec(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    const char *name = strchr(parameter->name, '.') + 1;
    unsigned spec = 0;
    bool more = true;
    if (!spec_find(request, bytes_of(name), &spec))
        return error_set(error, STATUS_INVALID, "%s is one spec too many: at most %d can be selected at once", parameter->name, SPECS_MAX);
    while (more) {
        size_t before = value.size;
        struct bytes slug = list_take(&value);
        more = slug.size < before;
        struct spec_choice choice = {.spec = spec};
        enum status status = choice_parse(parameter, slug, &choice, error);
        if (status != STATUS_OK)
            return status;
        if (request->spec_value_count == SPEC_VALUES_MAX)
            return error_set(error, STATUS_INVALID, "%s is one value too many: at most %d values of specs can be selected at once",
                             parameter->name, SPEC_VALUES_MAX);
        request->spec_values[request->spec_value_count++] = choice;
    }
    return STATUS_OK;
}

static bool is_asked_for(const struct search_request *request, struct bytes facet)
{
    for (unsigned i = 0; i < request->facet_count; i++)
        if (bytes_equal(request->facets[i], facet))
            return true;
    return false;
}

const struct facet_option *request_facet_option(const struct search_request *request, struct bytes facet)
{
    for (unsigned i = 0; i < request->facet_option_count; i++)
        if (bytes_equal(request->facet_options[i].facet, facet))
            return &request->facet_options[i];
    return NULL;
}

/* The options of the facet that a parameter's name ends in, new ones perhaps. */
static enum status option_find(struct search_request *request, const struct parameter *parameter, struct facet_option **out,
                               struct error *error)
{
    const char *name = strchr(parameter->name, '.') + 1;
    struct bytes facet = bytes_of(name);
    enum status status = facet_name_check(facet, error);
    if (status != STATUS_OK)
        return status;
    if (!facet_find(facet)->labelled)
        return error_set(error, STATUS_INVALID, "%s: only brand, category and specs.<name> have labels to search or sort", parameter->name);
    for (unsigned i = 0; i < request->facet_option_count; i++)
        if (bytes_equal(request->facet_options[i].facet, facet)) {
            *out = &request->facet_options[i];
            return STATUS_OK;
        }
    if (request->facet_option_count == FACETS_MAX)
        return error_set(error, STATUS_INVALID, "%s is about one facet too many: at most %d can be counted at once", parameter->name,
                         FACETS_MAX);
    *out = &request->facet_options[request->facet_option_count++];
    **out = (struct facet_option){.facet = facet};
    return STATUS_OK;
}

static enum status set_facet_query(struct search_request *request, const struct parameter *parameter, struct bytes value,
                                   struct error *error)
{
    struct facet_option *option = NULL;
    enum status status = option_find(request, parameter, &option, error);
    if (status != STATUS_OK)
        return status;
    if (option->has_query)
        return error_set(error, STATUS_INVALID, "%s is given twice: give it once", parameter->name);
    if (value.size > QUERY_BYTES_MAX)
        return error_set(error, STATUS_INVALID, "%s has %zu bytes: it may have at most %d", parameter->name, value.size, QUERY_BYTES_MAX);
    option->has_query = true;
    option->query = value;
    return STATUS_OK;
}

static enum status set_facet_sort(struct search_request *request, const struct parameter *parameter, struct bytes value,
                                  struct error *error)
{
    struct facet_option *option = NULL;
    bool label = bytes_equal(value, (struct bytes){"label", 5}), count = bytes_equal(value, (struct bytes){"count", 5});
    enum status status = option_find(request, parameter, &option, error);
    if (status != STATUS_OK)
        return status;
    if (option->has_order)
        return error_set(error, STATUS_INVALID, "%s is given twice: give it once", parameter->name);
    if (!label && !count)
        return error_set(error, STATUS_INVALID, "%s is \"%.*s\": it must be count or label", parameter->name, SHOWN(value));
    option->has_order = true;
    option->by_label = label;
    return STATUS_OK;
}

static enum status set_facet_limit(struct search_request *request, const struct parameter *parameter, struct bytes value,
                                   struct error *error)
{
    return number_parse(parameter, value, &request->facet_limit, error);
}

static enum status set_limit(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    return number_parse(parameter, value, &request->limit, error);
}

static enum status set_page(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    return number_parse(parameter, value, &request->page, error);
}

static enum status set_cursor(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    if (value.size == 0 || value.size > CURSOR_BYTES_MAX)
        return error_set(error, STATUS_INVALID, "%s has %zu bytes: it must be the nextCursor of an answer, or left out for the first page",
                         parameter->name, value.size);
    request->cursor = value;
    return STATUS_OK;
}

static const char *const sort_names[] = {
    [SORT_RELEVANCE] = "relevance",      [SORT_PRICE_ASC] = "priceAsc", [SORT_PRICE_DESC] = "priceDesc", [SORT_NEWEST] = "newest",
    [SORT_BEST_SELLING] = "bestSelling", [SORT_RATING] = "rating",      [SORT_DISCOUNT] = "discount",
};

bool sort_parse(struct bytes name, enum sort *out)
{
    for (size_t i = 0; i < sizeof sort_names / sizeof sort_names[0]; i++)
        if (bytes_equal(name, bytes_of(sort_names[i]))) {
            *out = (enum sort)i;
            return true;
        }
    return false;
}

static enum status set_sort(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    if (sort_parse(value, &request->sort))
        return STATUS_OK;
    return error_set(error, STATUS_INVALID,
                     "%s is \"%.*s\": it must be relevance, priceAsc, priceDesc, newest, bestSelling, rating or discount", parameter->name,
                     SHOWN(value));
}

static enum status set_match(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    bool all = bytes_equal(value, (struct bytes){"all", 3}), any = bytes_equal(value, (struct bytes){"any", 3});
    if (!all && !any)
        return error_set(error, STATUS_INVALID, "%s is \"%.*s\": it must be all or any", parameter->name, SHOWN(value));
    request->match = any ? MATCH_ANY : MATCH_ALL;
    return STATUS_OK;
}

static enum status set_highlight(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    return boolean_parse(parameter, value, &request->highlight, error);
}

static enum status set_understand(struct search_request *request, const struct parameter *parameter, struct bytes value,
                                  struct error *error)
{
    bool understand = true;
    enum status status = boolean_parse(parameter, value, &understand, error);
    request->literal = !understand;
    return status;
}

static enum status set_ignore(struct search_request *request, const struct parameter *parameter, struct bytes value, struct error *error)
{
    bool more = true;
    while (more) {
        size_t before = value.size, row = 0;
        struct bytes name = list_take(&value);
        more = name.size < before;
        while (understood_fields[row] != NULL && !bytes_equal(name, bytes_of(understood_fields[row])))
            row++;
        if (understood_fields[row] == NULL)
            return error_set(error, STATUS_INVALID, "%s is \"%.*s\": it must be a field of `understood`, as priceMax or brand",
                             parameter->name, SHOWN(name));
        request->ignored |= (uint64_t)1 << row;
    }
    return STATUS_OK;
}

static const struct parameter parameters[] = {
    {"q", set_text, 0, 0, false},
    {"category", set_category, 0, 0, false},
    {"brand", set_brand, 0, 0, true},
    {"priceMin", set_price_min, 0, PRICE_VND_MAX, false},
    {"priceMax", set_price_max, 0, PRICE_VND_MAX, false},
    {"inStock", set_in_stock, 0, 0, false},
    {"onSale", set_on_sale, 0, 0, false},
    {"ratingMin", set_rating_min, 0, 0, false},
    {"specs.", set_spec, 0, 0, true},
    {"facets", set_facets, 0, 0, true},
    {"facetQuery.", set_facet_query, 0, 0, true},
    {"facetSort.", set_facet_sort, 0, 0, true},
    {"facetLimit", set_facet_limit, 1, FACET_VALUES_MAX, false},
    {"sort", set_sort, 0, 0, false},
    {"match", set_match, 0, 0, false},
    {"highlight", set_highlight, 0, 0, false},
    {"understand", set_understand, 0, 0, false},
    {"ignore", set_ignore, 0, 0, true},
    {"limit", set_limit, 0, HITS_MAX, false},
    {"page", set_page, 0, PAGE_DEPTH_MAX, false},
    {"cursor", set_cursor, 0, 0, false},
};
enum { PARAMETER_COUNT = sizeof parameters / sizeof parameters[0] };
_Static_assert(PARAMETER_COUNT <= 32, "request.given has a bit for each");

void request_init(struct search_request *request)
{
    *request = (struct search_request){.facet_limit = FACET_VALUES_DEFAULT, .limit = HITS_DEFAULT};
}

static enum status name_unknown(const char *name, struct error *error)
{
    const char *names[PARAMETER_COUNT];
    struct bytes shown = bytes_of(name);
    if (!text_is_valid(shown.data, shown.size))
        return error_set(error, STATUS_INVALID, "a parameter's name is not valid UTF-8");
    for (size_t i = 0; i < PARAMETER_COUNT; i++)
        names[i] = parameters[i].name;
    const char *nearest = name_nearest(name, names, PARAMETER_COUNT);
    if (nearest != NULL)
        return error_set(error, STATUS_INVALID, "unknown parameter %.*s; did you mean %s?", SHOWN(shown), nearest);
    return error_set(
        error, STATUS_INVALID,
        "unknown parameter \"%.*s\"; there are q, category, brand, priceMin, priceMax, inStock, onSale, ratingMin, specs.<name>, facets, "
        "facetQuery.<name>, facetSort.<name>, facetLimit, sort, match, highlight, understand, ignore, limit, page and cursor",
        SHOWN(shown));
}

static bool is_named(const struct parameter *parameter, const char *name)
{
    size_t size = strlen(parameter->name);
    bool family = parameter->name[size - 1] == '.';
    return family ? strncmp(parameter->name, name, size) == 0 && name[size] != '\0' : strcmp(parameter->name, name) == 0;
}

enum status request_set(struct search_request *request, const char *name, struct bytes value, struct error *error)
{
    size_t row = 0;
    while (row < PARAMETER_COUNT && !is_named(&parameters[row], name))
        row++;
    if (row == PARAMETER_COUNT)
        return name_unknown(name, error);
    struct parameter named = parameters[row];
    const struct parameter *parameter = &named;
    named.name = name;
    if (!text_is_valid(name, strlen(name)) || strlen(name) > SLUG_BYTES_MAX)
        return name_unknown(name, error);
    if (!text_is_valid(value.data, value.size))
        return error_set(error, STATUS_INVALID, "%s is not valid UTF-8 without NUL: send it as UTF-8, percent-encoded in a URL", name);
    if ((request->given & 1u << row) != 0 && !parameter->repeatable)
        return error_set(error, STATUS_INVALID, "%s is given twice: give it once", name);
    request->given |= 1u << row;
    return parameter->set(request, parameter, value, error);
}

bool request_is_given(const struct search_request *request, const char *name)
{
    size_t row = 0;
    while (row < PARAMETER_COUNT && strcmp(parameters[row].name, name) != 0)
        row++;
    assert(row < PARAMETER_COUNT);
    return (request->given >> row & 1) != 0;
}

enum status request_check(const struct search_request *request, struct error *error)
{
    if (request->has_price_min && request->has_price_max && request->price_min_vnd > request->price_max_vnd)
        return error_set(error, STATUS_INVALID, "priceMin is %u and priceMax is %u: priceMin must not be greater than priceMax",
                         request->price_min_vnd, request->price_max_vnd);
    for (unsigned i = 0; i < request->facet_option_count; i++) {
        struct bytes facet = request->facet_options[i].facet;
        if (!request->facets_auto && !is_asked_for(request, facet))
            return error_set(error, STATUS_INVALID, "%s.%.*s is about a facet that is not counted: name it in facets too",
                             request->facet_options[i].has_query ? "facetQuery" : "facetSort", SHOWN(facet));
    }
    if (request->cursor.size > 0 && request_is_given(request, "page"))
        return error_set(error, STATUS_INVALID, "cursor and page are both given: a cursor says itself where to go on, leave page out");
    if ((uint64_t)request->page * request->limit > PAGE_DEPTH_MAX)
        return error_set(error, STATUS_INVALID, "page %u of %u hits each begins at hit %llu: page * limit may be at most %d", request->page,
                         request->limit, (unsigned long long)request->page * request->limit, PAGE_DEPTH_MAX);
    return STATUS_OK;
}

bool request_is_filtered(const struct search_request *request)
{
    return request->category.size > 0 || request->brand_count > 0 || request->has_price_min || request->has_price_max ||
           request->in_stock || request->on_sale || request->rating_min > 0 || request->spec_count > 0;
}

void request_filters_clear(struct search_request *request)
{
    request->category.size = 0;
    request->brand_count = request->spec_count = request->spec_value_count = 0;
    request->has_price_min = request->has_price_max = request->in_stock = request->on_sale = false;
    request->rating_min = 0;
}
