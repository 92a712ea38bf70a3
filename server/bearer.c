#include "server/bearer.h"

#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

bool bearer_matches(const char *authorization, const char *token)
{
    static const char scheme[] = "Bearer ";
    size_t size = strlen(token);
    if (authorization == NULL || strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
        return false;
    const char *given = authorization + sizeof scheme - 1;
    given += strspn(given, " ");
    return strlen(given) == size && CRYPTO_memcmp(given, token, size) == 0;
}

bool token_is_sendable(const char *token)
{
    for (; *token != '\0'; token++)
        if (*token <= ' ' || *token > '~')
            return false;
    return true;
}
