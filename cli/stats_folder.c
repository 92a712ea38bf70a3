#include "cli/stats_folder.h"

#include "base/arena.h"

char *stats_folder(const struct settings *settings)
{
    struct buffer path = {0};
    const char *named = settings_text(settings, "stats");
    if (named != NULL)
        buffer_append_text(&path, named);
    else
        buffer_print(&path, "%s/stats", settings_text(settings, "index"));
    buffer_append_char(&path, '\0');
    return path.data;
}
