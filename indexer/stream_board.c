#include "indexer/stream_board.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct stream_board {
    pthread_mutex_t lock;
    struct stream_status status;
};

const char *stream_state_name(enum stream_state state)
{
    static const char *const names[] = {"connecting", "copying", "streaming", "degraded"};
    return names[state];
}

struct stream_board *stream_board_new(void)
{
    struct stream_board *board = memory_calloc(1, sizeof *board);
    pthread_mutex_init(&board->lock, NULL);
    return board;
}

void stream_board_free(struct stream_board *board)
{
    if (board == NULL)
        return;
    pthread_mutex_destroy(&board->lock);
    free(board);
}

void stream_board_get(struct stream_board *board, struct stream_status *out)
{
    pthread_mutex_lock(&board->lock);
    *out = board->status;
    pthread_mutex_unlock(&board->lock);
}

void stream_board_set_state(struct stream_board *board, enum stream_state state, const char *reason)
{
    const char *text = reason != NULL ? reason : "";
    pthread_mutex_lock(&board->lock);
    bool changed = board->status.state != state || strcmp(board->status.reason, text) != 0;
    board->status.state = state;
    snprintf(board->status.reason, sizeof board->status.reason, "%s", text);
    pthread_mutex_unlock(&board->lock);
    if (changed)
        log_write(text[0] != '\0' ? LOG_WARN : LOG_INFO, "indexer: %s%s%s", stream_state_name(state), text[0] != '\0' ? ": " : "", text);
}

void stream_board_set_progress(struct stream_board *board, const struct stream_status *progress)
{
    pthread_mutex_lock(&board->lock);
    struct stream_status status = *progress;
    status.state = board->status.state;
    memcpy(status.reason, board->status.reason, sizeof status.reason);
    board->status = status;
    pthread_mutex_unlock(&board->lock);
}
