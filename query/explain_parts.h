/* Inside query/ only: an explanation while it is made. */
#ifndef TIM_QUERY_EXPLAIN_PARTS_H
#define TIM_QUERY_EXPLAIN_PARTS_H

#include "query/explain.h"
#include "query/meeting.h"
#include "query/search_parts.h"

/* How a search looks at the one document. */
struct looked_at {
    bool words;  /* it has those that the step asks for */
    bool hit;    /* and nothing else keeps it out, or a rule puts it among the hits */
    bool pinned; /* by a rule */
    bool hidden; /* by a rule */
    bool ranked; /* it has a rank, when hits are asked for: without pins and hides where these give it none */
    uint64_t rank;
};

struct explaining {
    struct snapshot *snapshot;
    const struct analyzer *analyzer;
    const struct search_request *request; /* as it was asked */
    struct arena *arena;
    struct search search; /* at the step that holds */
    uint32_t document;
    struct looked_at looked;
    struct meeting meeting; /* of the document with that step */
    struct explanation *out;
    struct error *error;
};

/* The last pass of a search once more, for the document alone. */
MUST_USE enum status document_look(struct search *search, uint32_t document, struct looked_at *out);

/* Once the search has begun: how it looks at the document, its words and filters. */
MUST_USE enum status explain_meeting(struct explaining *explaining);

/* The rank of a hit in its parts. In explain_rank.c. */
MUST_USE enum status explain_rank(struct explaining *explaining);
/* The rules that are about the document. In explain_rank.c. */
MUST_USE enum status explain_rules(struct explaining *explaining);

/* Each filter by itself. In explain_why.c. */
MUST_USE enum status explain_filters(struct explaining *explaining);
/* What keeps the document out, and whether it is that alone. In explain_why.c. */
MUST_USE enum status explain_blockers(struct explaining *explaining);

#endif
